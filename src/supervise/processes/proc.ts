import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { constants } from "node:os";

/**
 * What /proc says. Reads are synchronous on purpose: a process can be gone at the next turn of the event loop, and one
 * open-read-close is 14 µs. A process that vanished, or may not be looked at, reads as null; any other failure throws.
 */
export type ProcessStat = {
  pid: number;
  /** The program's name, at most 15 bytes of it. */
  name: string;
  parentPid: number;
  groupId: number;
  sessionId: number;
  /** R S D Z T …; Z and X are as good as gone. */
  state: string;
  /** Threads that have not ended; 1 for a zombie, and more while threads survive the one that `state` is about. */
  threadCount: number;
  /** Clock ticks after the machine's start; with the pid it names a process for ever. */
  startTicks: string;
  /** Processor time of all its threads, also those that ended, in steps of 10 ms. */
  cpuMs: number;
  /** Processor time of its descendants that ended and were waited for. */
  waitedCpuMs: number;
  /** What of it is in RAM, pages shared with others included; 0 for a zombie. */
  rssBytes: number;
};

/** Linux counts processor time for user space in hundredths of a second (USER_HZ) on every architecture we run on. */
export const msPerTick = 10;

const buffer = Buffer.allocUnsafe(65_536);

function readWhole(path: string): string | null {
  let fd = -1;
  try {
    fd = openSync(path, "r");
    let text = "";
    for (;;) {
      const count = readSync(fd, buffer, 0, buffer.length, null);
      text += buffer.toString("utf8", 0, count);
      if (count < buffer.length) {
        return text;
      }
    }
  } catch (error) {
    return nullWhenGone(error);
  } finally {
    if (fd >= 0) {
      closeSync(fd);
    }
  }
}

/** Having run out of descriptors must not look like a process that is gone. */
function nullWhenGone(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") {
    return null;
  }
  throw error;
}

/** Null when there is no such process. */
export function readStat(pid: number): ProcessStat | null {
  const text = readWhole(`/proc/${pid}/stat`);
  if (text === null) {
    return null;
  }
  // The second field is the program's name in parentheses, and may itself contain spaces and parentheses.
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  return {
    pid,
    name: text.slice(text.indexOf("(") + 1, nameEnd),
    state: fields[0] ?? "X",
    parentPid: Number(fields[1]),
    groupId: Number(fields[2]),
    sessionId: Number(fields[3]),
    threadCount: Number(fields[17]),
    startTicks: fields[19] ?? "",
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
    waitedCpuMs: (Number(fields[13]) + Number(fields[14])) * msPerTick,
    rssBytes: Number(fields[21]) * pageBytes(),
  };
}

/** True when this very process (not another with its number) still runs; a zombie does not. */
export function isAlive(process: { pid: number; startTicks: string }): boolean {
  const stat = readStat(process.pid);
  return stat !== null && stat.startTicks === process.startTicks && !isGone(stat);
}

/** A process whose first thread has ended is shown as a zombie although its other threads go on. */
export function isGone(stat: ProcessStat): boolean {
  return stat.state === "X" || (stat.state === "Z" && stat.threadCount <= 1);
}

/** The command line, words separated by NUL; empty for zombies and kernel threads, null when gone. */
export function readCommandLine(pid: number): string | null {
  return readWhole(`/proc/${pid}/cmdline`);
}

/** The value a name had in the environment the process was started with; null without it, or where it may not be read. */
export function readVariable(pid: number, name: string): string | null {
  const text = `\0${readWhole(`/proc/${pid}/environ`) ?? ""}`;
  const at = text.indexOf(`\0${name}=`);
  if (at < 0) {
    return null;
  }
  const start = at + name.length + 2;
  const end = text.indexOf("\0", start);
  return text.slice(start, end < 0 ? undefined : end);
}

/** True when the environment the process was started with has this `NAME=value`. False where it may not be read. */
export function hasEnvironment(pid: number, entry: string): boolean {
  const text = readWhole(`/proc/${pid}/environ`);
  return text !== null && (text.startsWith(`${entry}\0`) || text.includes(`\0${entry}\0`));
}

/** The cgroups a process is in, one a line; null when it is gone. */
export function readCgroup(pid: number): string | null {
  return readWhole(`/proc/${pid}/cgroup`);
}

/** The pid namespace a process lives in; null where it may not be read. */
export function readPidNamespace(pid: number): string | null {
  return readLink(`/proc/${pid}/ns/pid`);
}

/** True when the process is the first one of its pid namespace: with it, all of that namespace end. */
export function isNamespaceInit(pid: number): boolean {
  return /^NSpid:.*\t1$/m.test(readWhole(`/proc/${pid}/status`) ?? "");
}

/** True while the process has not yet taken notice of this signal. */
export function hasPending(pid: number, signal: NodeJS.Signals): boolean {
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  const masks = (readWhole(`/proc/${pid}/status`) ?? "").matchAll(/^(?:SigPnd|ShdPnd):\s*([0-9a-f]+)$/gm);
  return [...masks].some(([, mask]) => (BigInt(`0x${mask}`) & bit) !== 0n);
}

/** What a file descriptor of the process points to; null where it may not be read. */
export function readFdLink(pid: number, fd: number): string | null {
  return readLink(`/proc/${pid}/fd/${fd}`);
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    return nullWhenGone(error);
  }
}

export function listPids(): number[] {
  const pids: number[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (pid > 0) {
      pids.push(pid);
    }
  }
  return pids;
}

/** Shells that were started on this file and have not become another program: `bash FILE`, `busybox sh FILE`. */
export function findShellsOn(path: string): number[] {
  return listPids().filter((pid) => {
    const words = readCommandLine(pid)?.split("\0") ?? [];
    const place = words.indexOf(path);
    return (place === 1 || place === 2) && words.length === place + 2;
  });
}

/** The process number given out last, by proc(5) the fifth field of loadavg. */
export function readLastPid(): number {
  return Number(readWhole("/proc/loadavg")?.trim().split(" ").at(-1));
}

export type ProcessIo = { readBytes: number; writeBytes: number };

/**
 * What the process caused to be read from and written to disks so far, with its waited-for descendants; null when it is
 * gone. Only a user who may debug the process may read it.
 */
export function readIo(pid: number): ProcessIo | "refused" | null {
  const text = readWhole(`/proc/${pid}/io`);
  if (text === null) {
    return existsSync(`/proc/${pid}`) ? "refused" : null;
  }
  return { readBytes: numberAfter(text, "\nread_bytes: "), writeBytes: numberAfter(text, "\nwrite_bytes: ") };
}

/** A process's fair share of RAM, from its smaps_rollup: a page that n processes share counts as 1/n. Null without. */
export function parseShareBytes(smapsRollup: string): number | null {
  return smapsRollup.includes("\nPss:") ? numberAfter(smapsRollup, "\nPss:") * 1024 : null;
}

function numberAfter(text: string, label: string): number {
  return Number.parseInt(text.slice(text.indexOf(label) + label.length), 10);
}

/** Children that its first thread has started; null where the kernel does not list them, or the process is gone. */
export function readChildren(pid: number): number[] | null {
  return readWhole(`/proc/${pid}/task/${pid}/children`)?.split(" ").map(Number).filter(Boolean) ?? null;
}

let knownPageBytes = 0;

/** Size of a page of memory: 4 KiB, on some ARM machines 16 or 64. */
function pageBytes(): number {
  if (knownPageBytes === 0) {
    // What the kernel told this process at its start: pairs of a kind and a value.
    const words = new BigUint64Array(new Uint8Array(readFileSync("/proc/self/auxv")).buffer);
    const at = words.findIndex((word, place) => place % 2 === 0 && word === pageSizeKind);
    knownPageBytes = at < 0 ? 4096 : Number(words[at + 1]);
  }
  return knownPageBytes;
}

const pageSizeKind = 6n;
