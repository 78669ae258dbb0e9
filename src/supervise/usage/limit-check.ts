import { type ProcessStat, readShareBytes } from "../processes/proc.ts";
import type { ExceededLimit, UsageLimits } from "./usage.ts";

/** Weighing a large process costs milliseconds: of the time, at most one part in so many is spent on it. */
const restPerCost = 30;

/**
 * Compares what an attempt uses with its limits, and tells the first one exceeded, once.
 *
 * Memory is compared in two steps. The sum of RSS is at hand, but counts a page once for each process that shares it: four
 * workers forked from a process of 500 MB look like 2.5 GB. So when that sum is above the limit, the processes are weighed
 * (PSS, where a shared page is divided among its users), and only that sum counts. Where the kernel does not tell it, RSS
 * has to do.
 */
export class LimitCheck {
  readonly #key: string;
  readonly #limits: UsageLimits;
  #isOver = false;
  #weighAgainAtMs = 0;

  constructor(key: string, limits: UsageLimits) {
    this.#key = key;
    this.#limits = limits;
  }

  /** True for limits that something can overrun within a second. */
  get isUrgent(): boolean {
    return !this.#isOver && (this.#limits.memoryBytes !== null || this.#limits.processes !== null);
  }

  /** `living`: its processes without zombies. Null when nothing is exceeded, or something was before. */
  check(living: readonly ProcessStat[], seen: { cpuMs: number; rssBytes: number }): ExceededLimit | null {
    if (this.#isOver) {
      return null;
    }
    const exceeded =
      this.#compare("memory", this.#limits.memoryBytes, this.#weigh(living, seen.rssBytes)) ??
      this.#compare("cpu", this.#limits.cpuMs, seen.cpuMs) ??
      this.#compare("processes", this.#limits.processes, living.length);
    this.#isOver = exceeded !== null;
    return exceeded;
  }

  #compare(limit: ExceededLimit["limit"], limitValue: number | null, seen: number): ExceededLimit | null {
    return limitValue !== null && seen > limitValue ? { key: this.#key, limit, limitValue, seen } : null;
  }

  /** The memory to compare: 0 when it cannot be too much, or it is too early to weigh again. */
  #weigh(living: readonly ProcessStat[], rssBytes: number): number {
    const { memoryBytes } = this.#limits;
    const startMs = performance.now();
    if (memoryBytes === null || rssBytes <= memoryBytes || startMs < this.#weighAgainAtMs) {
      return 0;
    }
    const shares = living.map((stat) => readShareBytes(stat.pid) ?? stat.rssBytes);
    const endMs = performance.now();
    this.#weighAgainAtMs = endMs + restPerCost * (endMs - startMs);
    return shares.reduce((sum, share) => sum + share, 0);
  }
}
