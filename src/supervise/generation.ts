import { closeSync, constants, openSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Journal } from "./journal/journal.ts";
import type { JournalRecord } from "./journal/record.ts";
import { markerName } from "./launcher/snippet.ts";
import { runMs } from "./machine.ts";
import { findShellsOn, readChildren, readStat, readVariable } from "./processes/proc.ts";
import { signalProcess } from "./processes/tree.ts";

/**
 * A generation is one launcher's FIFO and journal. It outlives its launcher: its shims go on writing to the journal.
 * The processes that belong to it are known by their command line, which names the FIFO.
 */
export type Generation = {
  number: number;
  fifoPath: string;
  journal: Journal;
  /** Attempt by process number, as the journal tells them; a shell's own state lines know only the number. */
  keyByPid: Map<number, string>;
  /** Process numbers of shims and of attempts' processes the journal knows. */
  knownPids: Set<number>;
  launcherPid: number | null;
  incarnation: string | null;
};

export function newGeneration(number: number, fifoPath: string, journal: Journal): Generation {
  const empty = { keyByPid: new Map<number, string>(), knownPids: new Set<number>() };
  return { number, fifoPath, journal, ...empty, launcherPid: null, incarnation: null };
}

/** Keeps what a record says about the generation itself. */
export function note(generation: Generation, record: JournalRecord): void {
  if (record.kind === "header") {
    generation.incarnation = record.incarnation;
  } else if (record.kind === "launcher") {
    generation.launcherPid = record.pid;
  } else if (record.kind === "process") {
    generation.keyByPid.set(record.pid, record.key);
    generation.knownPids.add(record.pid);
    generation.knownPids.add(record.shimPid);
  }
}

/**
 * Processes that run although the journal does not know them: their record was damaged from outside. Each is found below
 * its shim, by the attempt's marker in its environment, which it has only once it has become the program.
 */
export function findUnrecorded(generation: Generation): Extract<JournalRecord, { kind: "process" }>[] {
  const found: Extract<JournalRecord, { kind: "process" }>[] = [];
  for (const shimPid of findShellsOn(generation.fifoPath)) {
    const children = generation.knownPids.has(shimPid) ? [] : (readChildren(shimPid) ?? []);
    for (const pid of children) {
      const key = readVariable(pid, markerName);
      const stat = readStat(pid);
      if (key !== null && stat !== null) {
        const atMs = Date.now() - Math.round(runMs(stat));
        found.push({ kind: "process", key, pid, shimPid, startTicks: stat.startTicks, atMs });
      }
    }
  }
  return found;
}

/**
 * True when the machine has not restarted since the oldest journal. A journal without its first line belongs to a life
 * that died before it wrote it, or to a machine that lost power before the disk had it; an older one of this life tells.
 */
export function areOfOneLife(generations: readonly Generation[], incarnation: string): boolean {
  const [oldest, ...later] = generations.map((generation) => generation.incarnation);
  return oldest === incarnation && later.every((one) => one === null || one === incarnation);
}

/** True when a journal says that it is of another life of the machine. One without its first line says nothing. */
export function showRestart(generations: readonly Generation[], incarnation: string): boolean {
  return generations.some((generation) => generation.incarnation !== null && generation.incarnation !== incarnation);
}

const pauseMs = 5;
const patienceMs = 500;
const giveUpMs = 10_000;

/**
 * Waits until the launcher is gone and every process it forked has its `p` record, so that "no record" means "never
 * started". A launcher ends by itself when its server dies, after it has read what was already written; one that does
 * not is killed, which harms no attempt. What has no record after ten seconds (the disk is full, the machine stalls) is
 * killed: its attempt has not become the program yet, and now it never will, so starting it again is no second start.
 *
 * One look that finds nobody is not enough: the list of processes is not of one moment, and a launcher may fork after it
 * was made and be gone before its entry is read. A second look that began later sees what it forked.
 */
export async function settle(generation: Generation, readRecords: () => void): Promise<void> {
  const patientUntil = performance.now() + patienceMs;
  let looksInVain = 0;
  for (;;) {
    readRecords();
    const strangers = findStrangers(generation);
    looksInVain = strangers.length === 0 ? looksInVain + 1 : 0;
    if (looksInVain === 2) {
      readRecords();
      return;
    }
    if (performance.now() > patientUntil + giveUpMs) {
      strangers.forEach(killByForce);
    }
    if (strangers.length > 0) {
      releaseLauncher(generation.fifoPath);
      if (performance.now() > patientUntil && strangers.includes(generation.launcherPid ?? -1)) {
        killByForce(generation.launcherPid ?? -1);
      }
      await wait(pauseMs);
    }
  }
}

/** Shells of the generation that are neither a known shim nor the holder of a known shim's input. */
function findStrangers({ fifoPath, knownPids, launcherPid }: Generation): number[] {
  const shells = findShellsOn(fifoPath);
  const holders = new Set<number>();
  for (const pid of shells) {
    const parent = knownPids.has(pid) ? (readStat(pid)?.parentPid ?? launcherPid) : launcherPid;
    if (parent !== null && parent !== launcherPid) {
      holders.add(parent);
    }
  }
  return shells.filter((pid) => !knownPids.has(pid) && !holders.has(pid));
}

/** A launcher that came to open its FIFO after its server had died waits for a writer; one that comes and goes ends it. */
function releaseLauncher(fifoPath: string): void {
  try {
    closeSync(openSync(fifoPath, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // Nobody has it open for reading, or it is gone.
  }
}

function killByForce(pid: number): void {
  const stat = readStat(pid);
  if (stat !== null) {
    signalProcess(stat, "SIGKILL");
  }
}
