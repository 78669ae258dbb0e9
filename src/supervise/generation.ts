import { setTimeout as wait } from "node:timers/promises";
import type { Journal } from "./journal/journal.ts";
import type { JournalRecord } from "./journal/record.ts";
import { findByArgument, readStat } from "./processes/proc.ts";
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

const pauseMs = 5;
const patienceMs = 500;
const giveUpMs = 10_000;

/**
 * Waits until the launcher is gone and every process it forked has its `p` record, so that "no record" means "never
 * started". A launcher ends by itself when its server dies, after it has read what was already written; one that does
 * not is killed, which harms no attempt. A shim that cannot write because the disk is full is not waited for longer than
 * ten seconds: its attempt never became the program, and its late records do not match the process started instead.
 */
export async function settle(generation: Generation, readRecords: () => void): Promise<void> {
  const patientUntil = performance.now() + patienceMs;
  for (;;) {
    readRecords();
    const strangers = findByArgument(generation.fifoPath).filter((pid) => !generation.knownPids.has(pid));
    if (strangers.length === 0 || performance.now() > patientUntil + giveUpMs) {
      readRecords();
      return;
    }
    if (performance.now() > patientUntil && strangers.includes(generation.launcherPid ?? -1)) {
      killLauncher(generation.launcherPid ?? -1);
    }
    await wait(pauseMs);
  }
}

function killLauncher(pid: number): void {
  const stat = readStat(pid);
  if (stat !== null) {
    signalProcess(stat, "SIGKILL");
  }
}
