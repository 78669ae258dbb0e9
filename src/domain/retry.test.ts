import fc from "fast-check";
import { expect, it } from "vitest";
import { type AttemptResult, type RetryRule, retryDelayMs } from "./retry.ts";

/** When a task is tried again. */
const rule: RetryRule = {
  attempts: 10,
  backoff: "fixed",
  delayMs: 1000,
  maxDelayMs: 60_000,
  jitter: 0,
  on: ["failed", "timed_out", "lost"],
};
const failed = (number: number, outcome: AttemptResult["outcome"] = "exited"): AttemptResult => ({
  number,
  status: "failed",
  outcome,
});

it("waits the same each time with fixed back-off, and twice as long each time with exponential, up to the most", () => {
  const delays = (given: RetryRule) => [1, 2, 3, 7, 9].map((number) => retryDelayMs(given, failed(number), 0.5));
  expect(delays(rule)).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(delays({ ...rule, backoff: "exponential" })).toEqual([1000, 2000, 4000, 60_000, 60_000]);
  expect(retryDelayMs({ ...rule, delayMs: 90_000 }, failed(1), 0.5)).toBe(90_000);
});

it("ends with the last attempt, with success, and with a kill", () => {
  expect(retryDelayMs(rule, failed(10), 0.5)).toBeNull();
  expect(retryDelayMs(null, failed(1), 0.5)).toBeNull();
  expect(retryDelayMs(rule, { number: 1, status: "completed", outcome: "exited" }, 0.5)).toBeNull();
  expect(retryDelayMs(rule, { number: 1, status: "killed", outcome: "killed" }, 0.5)).toBeNull();
});

it.each<[AttemptResult["outcome"], RetryRule["on"][number]]>([
  ["exited", "failed"],
  ["signalled", "failed"],
  ["spawn_failed", "failed"],
  ["killed", "failed"],
  ["timed_out", "timed_out"],
  ["lost", "lost"],
  ["unknown", "lost"],
])("%s is retried for %s alone", (outcome, cause) => {
  for (const on of ["failed", "timed_out", "lost"] as const) {
    const delay = retryDelayMs({ ...rule, on: [on] }, failed(1, outcome), 0.5);
    expect(delay).toBe(on === cause ? 1000 : null);
  }
});

it("leaves to chance no more than the jitter says", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (chance, jitter) => {
        const delay = retryDelayMs({ ...rule, jitter }, failed(1), chance) ?? Number.NaN;
        expect(Math.abs(delay - 1000)).toBeLessThanOrEqual(1000 * jitter + 1);
      },
    ),
  );
  expect(retryDelayMs({ ...rule, jitter: 0.5 }, failed(1), 0)).toBe(500);
});
