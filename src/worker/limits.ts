import type { Enforcement, LimitInForce, LimitName } from "../contract/index.ts";
import type { SpecLimits } from "../store/store.ts";

/** How an attempt's limits are kept on this node, and what is said when one is reached. */
export function limitsInForce(
  limits: SpecLimits,
  kernelKeeps: { memory: boolean; processes: boolean },
): LimitInForce[] {
  const all: [LimitName, number | null, Enforcement][] = [
    ["memory_bytes", limits.memoryBytes, kernelKeeps.memory ? "cgroup" : "sampled"],
    ["cpu_seconds", limits.cpuSeconds, "rlimit_and_sampled"],
    ["processes", limits.processes, kernelKeeps.processes ? "cgroup" : "sampled"],
    ["open_files", limits.openFiles, "rlimit"],
    ["nice", limits.nice, "scheduler"],
    ["output_bytes", limits.outputBytes, "sampled"],
  ];
  return all.flatMap(([limit, value, how]) => (value === null ? [] : [{ limit, value, how }]));
}

/** What a running attempt went beyond. */
export type Exceeded = { limit: "memory" | "cpu" | "processes" | "output"; limitValue: number; seen: number };

/** `its memory limit of 512 MiB, at 513 MiB`: how the sentence goes on after "Ended by". */
export function describeExceeded({ limit, limitValue, seen }: Exceeded): string {
  const show = shownAs[limit];
  return `its ${limitWords[limit]} limit of ${show(limitValue)}, at ${show(seen)}`;
}

const limitWords = { memory: "memory", cpu: "CPU", processes: "process", output: "output" } as const;

const shownAs: Readonly<Record<Exceeded["limit"], (value: number) => string>> = {
  memory: describeBytes,
  output: describeBytes,
  cpu: (ms) => `${Math.round(ms / 100) / 10} s`,
  processes: (count) => `${count} ${count === 1 ? "process" : "processes"}`,
};

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** In the largest unit that leaves a number of at least 1, with a decimal where it is not whole. */
export function describeBytes(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${Number(value.toFixed(1))} ${units[at]}`;
}

/** A task that used up its memory or its processes is not asked to end: it could only use more meanwhile. */
export function isUrgentLimit(exceeded: string | null): boolean {
  return /^its (memory|process) limit/.test(exceeded ?? "");
}

/** The words of a limit in the sentence that was recorded when an earlier life of this server began to end the attempt. */
export function exceededOf(reason: string | null): string | null {
  return /^Being ended by (.*)\.$/.exec(reason ?? "")?.[1] ?? null;
}
