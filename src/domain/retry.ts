import type { Outcome, RetryCause } from "../contract/index.ts";

/**
 * Whether and when a task is tried again after an attempt.
 *
 * `unknown` counts as `lost`: it may have done its work, so only somebody who said that this does not matter gets it
 * tried again. A kill ends the task, whatever its policy says; so does success.
 */
export type RetryRule = {
  /** At most, the first one included. */
  attempts: number;
  backoff: "fixed" | "exponential";
  delayMs: number;
  maxDelayMs: number;
  /** 0–1: the part of the delay left to chance. */
  jitter: number;
  on: readonly RetryCause[];
};

export type AttemptResult = { number: number; status: "completed" | "failed" | "killed"; outcome: Outcome };

/** Milliseconds until the next attempt; null when there is none. `chance` is a random number in [0, 1). */
export function retryDelayMs(rule: RetryRule | null, result: AttemptResult, chance: number): number | null {
  const cause = causeOf(result);
  if (rule === null || cause === null || result.number >= rule.attempts || !rule.on.includes(cause)) {
    return null;
  }
  const growth = rule.backoff === "exponential" ? 2 ** (result.number - 1) : 1;
  const delayMs = Math.min(rule.delayMs * growth, Math.max(rule.delayMs, rule.maxDelayMs));
  return Math.round(delayMs * (1 + rule.jitter * (2 * chance - 1)));
}

function causeOf({ status, outcome }: AttemptResult): RetryCause | null {
  if (status !== "failed") {
    return null;
  }
  switch (outcome) {
    case "timed_out":
      return "timed_out";
    case "lost":
    case "unknown":
      return "lost";
    case "exited":
    case "signalled":
    case "killed":
    case "spawn_failed":
      return "failed";
    case "dependency_failed":
      return null;
    default:
      return outcome satisfies never;
  }
}
