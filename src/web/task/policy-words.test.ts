import { expect, test } from "vitest";
import type { LimitName, Retry } from "../../contract/index.ts";
import { limitWords, retryWords, setLimits } from "./policy-words.ts";

test.each<[LimitName, number, string]>([
  ["memory_bytes", 512 * 1024 ** 2, "512 MiB memory"],
  ["cpu_seconds", 90, "1 min 30 s of processor time"],
  ["processes", 1200, "1,200 processes"],
  ["nice", -5, "niceness -5"],
])("%s of %d is %s", (limit, value, words) => {
  expect(limitWords(limit, value)).toBe(words);
});

test("only limits that are set are named, zero niceness too", () => {
  expect(setLimits({ memory_bytes: null, nice: 0 })).toEqual([{ limit: "nice", value: 0 }]);
  expect(setLimits(null)).toEqual([]);
});

const retry: Retry = {
  attempts: 3,
  backoff: "fixed",
  delay_seconds: 10,
  max_delay_seconds: 3600,
  jitter: 0,
  on: ["failed", "timed_out"],
};

test("a retry policy is told in one line", () => {
  expect(retryWords(retry)).toBe("up to 3 attempts, after a failure or a time-out, 10 s between");
  expect(retryWords({ ...retry, backoff: "exponential", jitter: 0.2, on: ["lost"] })).toBe(
    "up to 3 attempts, after the loss of its machine, 10 s first, doubled each time, at most 1 h (±20 %)",
  );
});
