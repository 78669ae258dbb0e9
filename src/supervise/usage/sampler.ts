import { type ProcessStat, readCommandLine } from "../processes/proc.ts";
import { Attribution, lookAt } from "./attribution.ts";
import { type AttemptToSample, SampledAttempt } from "./sampled-attempt.ts";
import type { ExceededLimit, Usage } from "./usage.ts";

/**
 * Finds out what the attempts of this node use. Knows no database; nothing here is needed to run or end an attempt.
 *
 *   - Once per interval, for all attempts together: one walk over /proc (attribution.ts), then counters and memory of each
 *     (tally.ts) and a stretch of its series (series.ts). Without attempts there is no walk.
 *   - Once soon after an attempt was added, since many end before the next walk: only its root and its descendants.
 *   - For attempts with a limit that can be overrun within a second, in between: memory and number of processes, of the
 *     known processes and their descendants.
 *
 * Looks out of turn share one timer, and rest in proportion to what they cost, so that many limits or huge trees make
 * limits slower to be noticed and not the server. A look that fails (no descriptor left) is left out; the series of all
 * then shows one longer stretch, and nothing is made up.
 */
export type SamplerOptions = {
  /** A limit was exceeded; told once for each attempt and life of this server. Ending the attempt is up to the caller. */
  onExceeded: (exceeded: ExceededLimit) => void;
  /** All attempts were looked at. */
  onSampled?(): void;
  /** Looks fail; told once until they work again. */
  onWarning(message: string, fields: Record<string, unknown>): void;
  /** Epoch milliseconds. */
  clock: () => number;
  intervalMs?: number;
};

export type LiveProcess = {
  pid: number;
  parentPid: number;
  name: string;
  /** Its words; empty for a zombie, null where it could not be read. */
  commandLine: string[] | null;
  /** R S D Z T …, as in proc(5). */
  state: string;
  /** Its own, without its children's. */
  cpuMs: number;
  rssBytes: number;
};

const usualIntervalMs = 1000;
const firstLookMs = 75;
const urgentLookMs = 100;
/** Looks out of turn that are due within this time are taken together. */
const togetherMs = 15;
/** After looks out of turn, at least so many times as long as they took. */
const restPerCost = 20;
/** A stretch of this many intervals without a look is a gap. */
const gapIntervals = 3;

export class UsageSampler {
  readonly #options: SamplerOptions;
  readonly #intervalMs: number;
  readonly #attempts = new Map<string, SampledAttempt>();
  readonly #attribution = new Attribution<SampledAttempt>();
  #walkTimer: NodeJS.Timeout | undefined;
  #extraTimer: NodeJS.Timeout | undefined;
  #extraAtMs = Number.POSITIVE_INFINITY;
  #isFailing = false;
  #isClosed = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? usualIntervalMs;
  }

  /** Begins to sample an attempt whose process has started. */
  add(attempt: AttemptToSample): void {
    this.remove(attempt.key);
    if (this.#isClosed) {
      return;
    }
    const sampled = new SampledAttempt(attempt, this.#options.clock(), this.#options.onExceeded);
    this.#attempts.set(attempt.key, sampled);
    this.#attribution.add(sampled);
    this.#walkTimer ??= setInterval(() => this.#safely(() => this.#walk()), this.#intervalMs).unref();
    sampled.lookAtMs = performance.now() + firstLookMs;
    this.#armExtra();
  }

  /** Ends its sampling; answers what the looks have seen. Null when not sampled. */
  remove(key: string): Usage | null {
    const attempt = this.#attempts.get(key);
    if (attempt === undefined) {
      return null;
    }
    this.#attempts.delete(key);
    this.#attribution.remove(attempt);
    if (this.#attempts.size === 0) {
      this.#stop();
    }
    attempt.finish();
    return attempt.usage();
  }

  /** What it has used by the last look; null when it is not sampled. To be stored now and then, for `restored`. */
  peek(key: string): Usage | null {
    return this.#attempts.get(key)?.usage() ?? null;
  }

  /**
   * Its processes as they are at this moment, in rising order of pids; null when it is not sampled. A process that has left
   * its parent since the last walk is missing until the next. Throws when /proc cannot be read.
   */
  processes(key: string): LiveProcess[] | null {
    const attempt = this.#attempts.get(key);
    return attempt === undefined ? null : lookAt(attempt).map(describe);
  }

  /** Stops looking. What `peek` tells stays. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    for (const attempt of this.#attempts.values()) {
      attempt.limitCheck.stop();
    }
  }

  #stop(): void {
    clearInterval(this.#walkTimer);
    clearTimeout(this.#extraTimer);
    this.#walkTimer = undefined;
    this.#extraTimer = undefined;
    this.#extraAtMs = Number.POSITIVE_INFINITY;
  }

  #walk(): void {
    const gapFromMs = gapIntervals * this.#intervalMs;
    for (const [attempt, stats] of this.#attribution.walk()) {
      attempt.sample(stats, gapFromMs);
    }
    this.#options.onSampled?.();
  }

  /** The looks out of turn that are due. Urgent ones are due again also when one fails. */
  #lookAtSome(): void {
    const startMs = performance.now();
    const due = [...this.#attempts.values()].filter((attempt) => attempt.lookAtMs <= startMs + togetherMs);
    try {
      for (const attempt of due) {
        const stats = lookAt(attempt);
        if (attempt.isSeen) {
          attempt.glance(stats);
        } else {
          attempt.sample(stats, gapIntervals * this.#intervalMs);
        }
      }
    } finally {
      const endMs = performance.now();
      const nextMs = endMs + Math.max(urgentLookMs, restPerCost * (endMs - startMs));
      for (const attempt of due) {
        attempt.lookAtMs = attempt.limitCheck.isUrgent ? nextMs : Number.POSITIVE_INFINITY;
      }
    }
  }

  /** One timer for the earliest look that is due; most attempts are over before theirs. */
  #armExtra(): void {
    let atMs = Number.POSITIVE_INFINITY;
    for (const attempt of this.#attempts.values()) {
      atMs = Math.min(atMs, attempt.lookAtMs);
    }
    if (atMs >= this.#extraAtMs || this.#isClosed) {
      return;
    }
    clearTimeout(this.#extraTimer);
    this.#extraAtMs = atMs;
    this.#extraTimer = setTimeout(() => this.#runExtra(), Math.max(1, atMs - performance.now())).unref();
  }

  #runExtra(): void {
    this.#extraAtMs = Number.POSITIVE_INFINITY;
    this.#safely(() => this.#lookAtSome());
    this.#armExtra();
  }

  #safely(look: () => void): void {
    try {
      look();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) {
        this.#options.onWarning("usage could not be sampled", { err: error });
      }
      this.#isFailing = true;
    }
  }
}

function describe({ pid, parentPid, name, state, cpuMs, rssBytes }: ProcessStat): LiveProcess {
  const commandLine = readCommandLine(pid);
  // Each word ends with a NUL; what follows the last one is no word.
  const words = commandLine?.split("\0").slice(0, commandLine.endsWith("\0") ? -1 : undefined) ?? null;
  return { pid, parentPid, name, state, cpuMs, rssBytes, commandLine: words };
}
