import { readFile } from "node:fs/promises";
import { type ProcessStat, parseShareBytes, readStat } from "../processes/proc.ts";
import type { ExceededLimit, UsageLimits } from "./usage.ts";

/** Weighing gigabytes takes a tenth of a second of a thread: of the time, at most one part in so many goes into it. */
const restPerCost = 20;

/**
 * Compares what an attempt uses with its limits, and tells the first one exceeded, once.
 *
 * Memory is compared in two steps. A single process above the limit is at hand (RSS). The sum of several is not, because
 * RSS counts a page once for each process that shares it: four workers forked from a process of 500 MB look like 2.5 GB.
 * So when only the sum is above the limit, the processes are weighed (PSS, where a shared page is divided among its users),
 * and what they weigh counts. The kernel goes through all their pages for that, so it is done beside the event loop.
 */
export class LimitCheck {
  readonly #key: string;
  readonly #limits: UsageLimits;
  readonly #onExceeded: (exceeded: ExceededLimit) => void;
  #isOver = false;
  #isWeighing = false;
  #weighAgainAtMs = 0;

  constructor(key: string, limits: UsageLimits, onExceeded: (exceeded: ExceededLimit) => void) {
    this.#key = key;
    this.#limits = limits;
    this.#onExceeded = onExceeded;
  }

  /** True for limits that something can overrun within a second. */
  get isUrgent(): boolean {
    return !this.#isOver && (this.#limits.memoryBytes !== null || this.#limits.processes !== null);
  }

  /** Nothing is told from now on. */
  stop(): void {
    this.#isOver = true;
  }

  /** `living`: its processes without zombies; `processes`: how many of them count. */
  check(living: readonly ProcessStat[], processes: number, cpuMs: number): void {
    const { memoryBytes } = this.#limits;
    this.#compare("memory", memoryBytes, Math.max(0, ...living.map((stat) => stat.rssBytes)));
    this.#compare("cpu", this.#limits.cpuMs, cpuMs);
    this.#compare("processes", this.#limits.processes, processes);
    const sumBytes = living.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
    const isIdle = !this.#isOver && !this.#isWeighing && performance.now() >= this.#weighAgainAtMs;
    if (memoryBytes !== null && sumBytes > memoryBytes && isIdle) {
      void this.#weigh(living);
    }
  }

  #compare(limit: ExceededLimit["limit"], limitValue: number | null, seen: number): void {
    if (!this.#isOver && limitValue !== null && seen > limitValue) {
      this.#isOver = true;
      this.#onExceeded({ key: this.#key, limit, limitValue, seen });
    }
  }

  /** A weighing that fails (no descriptor left) has shown nothing; the next look begins another. */
  async #weigh(living: readonly ProcessStat[]): Promise<void> {
    const startMs = performance.now();
    this.#isWeighing = true;
    try {
      let bytes = 0;
      for (const stat of living) {
        bytes += await weighOne(stat);
      }
      this.#compare("memory", this.#limits.memoryBytes, bytes);
    } catch {
      // Told by the sampler, whose own looks fail for the same reason.
    } finally {
      const endMs = performance.now();
      this.#isWeighing = false;
      this.#weighAgainAtMs = endMs + restPerCost * (endMs - startMs);
    }
  }
}

/** Its RSS where the kernel does not tell its share; 0 when it is gone, or another process has its number. */
async function weighOne({ pid, startTicks, rssBytes }: ProcessStat): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH" || error.code === "EACCES") {
      return "";
    }
    throw error;
  });
  const isThere = readStat(pid)?.startTicks === startTicks;
  return isThere ? (parseShareBytes(text) ?? rssBytes) : 0;
}
