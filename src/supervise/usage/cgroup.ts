import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What an attempt's own cgroup (version 2) knows. Which files it has depends on the controllers in force: processes and
 * processor time are always there, the rest is null without its controller.
 *
 * Not used: `memory.current`, because it counts the page cache of files, which is no need of the task; `pids.current`,
 * because it counts threads.
 */
export type CgroupUsage = {
  cpuMs: number | null;
  peakMemoryBytes: number | null;
  io: { readBytes: number; writeBytes: number } | null;
};

export function readCgroup(path: string): CgroupUsage {
  const cpu = /^usage_usec (\d+)$/m.exec(read(path, "cpu.stat") ?? "")?.[1];
  const peak = read(path, "memory.peak");
  const io = read(path, "io.stat");
  return {
    cpuMs: cpu === undefined ? null : Math.floor(Number(cpu) / 1000),
    peakMemoryBytes: peak === null ? null : Number(peak),
    io: io === null ? null : { readBytes: sumOf(io, "rbytes"), writeBytes: sumOf(io, "wbytes") },
  };
}

/** The processes in it and in the cgroups below it; zombies are not among them. */
export function readCgroupPids(path: string): number[] {
  const pids = read(path, "cgroup.procs")?.split("\n").map(Number).filter(Boolean) ?? [];
  return [...pids, ...childrenOf(path).flatMap((child) => readCgroupPids(child))];
}

function childrenOf(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  } catch (error) {
    return nullWhenMissing(error) ?? [];
  }
}

/** One line for each device: `8:0 rbytes=90112 wbytes=0 rios=5 …`. */
function sumOf(ioStat: string, name: string): number {
  let sum = 0;
  for (const match of ioStat.matchAll(new RegExp(`\\b${name}=(\\d+)`, "g"))) {
    sum += Number(match[1]);
  }
  return sum;
}

function read(path: string, name: string): string | null {
  try {
    return readFileSync(join(path, name), "latin1");
  } catch (error) {
    return nullWhenMissing(error);
  }
}

/** A cgroup can be removed at any time, and a file of a cgroup that is being removed answers ENODEV. */
function nullWhenMissing(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENODEV" || code === "EACCES" || code === "EOPNOTSUPP") {
    return null;
  }
  throw error;
}
