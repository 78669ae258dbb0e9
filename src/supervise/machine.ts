import { readFileSync } from "node:fs";

/**
 * Which life of the machine this is: boot id and start time of process 1. A container keeps the boot id of its host over
 * restarts, and gets a new process 1. When it differs from the one in a journal, every process of that journal is gone.
 */
export function readIncarnation(): string {
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const stat = readFileSync("/proc/1/stat", "utf8");
  return `${bootId}.${startTicksIn(stat)}`;
}

/** Epoch milliseconds at which the machine's uptime was zero, for times the journal keeps as uptime. */
export function bootTimeMs(): number {
  const uptimeSeconds = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return Date.now() - uptimeSeconds * 1000;
}

/** Linux counts time for user space in hundredths of a second (USER_HZ) on every architecture we run on. */
const msPerTick = 10;

/**
 * Milliseconds since the machine's start, the time it slept included, by the clock that start times of processes are
 * counted in. It does not jump when somebody sets the date.
 *
 * Some containers show a file of their own for the machine's uptime (lxcfs: since the container's start). It cannot be
 * less than the start of this very process; where it is, the time is counted from that.
 */
export function uptimeMs(): number {
  const shownMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  const ownStartMs = ownStartTicks() * msPerTick;
  return shownMs >= ownStartMs ? shownMs : ownStartMs + process.uptime() * 1000;
}

/** The start of a process in milliseconds of the machine's uptime. */
export function startUptimeMs(startTicks: string): number {
  return Number(startTicks) * msPerTick;
}

/** How long a process has run, whatever the wall clock did meanwhile; give or take 10 ms, and never negative. */
export function runMs({ startTicks }: { startTicks: string }): number {
  return Math.max(0, uptimeMs() - startUptimeMs(startTicks));
}

let knownStartTicks: number | null = null;

function ownStartTicks(): number {
  knownStartTicks ??= Number(startTicksIn(readFileSync("/proc/self/stat", "utf8")));
  return knownStartTicks;
}

/** The 22nd field of proc(5) stat; the second, the program's name, may hold spaces and parentheses. */
function startTicksIn(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
