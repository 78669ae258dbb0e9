import { readFileSync } from "node:fs";

/**
 * Which life of the machine this is: boot id and start time of process 1. A container keeps the boot id of its host over
 * restarts, and gets a new process 1. When it differs from the one in a journal, every process of that journal is gone.
 */
export function readIncarnation(): string {
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const stat = readFileSync("/proc/1/stat", "utf8");
  const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return `${bootId}.${startTicks}`;
}

/** Epoch milliseconds at which the machine's uptime was zero, for times the journal keeps as uptime. */
export function bootTimeMs(): number {
  const uptimeSeconds = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return Date.now() - uptimeSeconds * 1000;
}
