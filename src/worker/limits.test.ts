import { expect, it } from "vitest";
import { describeBytes, describeExceeded, exceededOf, limitsInForce } from "./limits.ts";

/** How limits are kept, and the words for one that was reached. */
const limits = {
  memoryBytes: 512 * 1024 ** 2,
  cpuSeconds: 10,
  processes: 5,
  openFiles: null,
  nice: null,
  outputBytes: null,
};

it("says which means keeps each limit that was given", () => {
  const kept = (memory: boolean, processes: boolean) =>
    limitsInForce(limits, { memory, processes }).map(({ limit, how }) => `${limit} ${how}`);
  expect(kept(false, false)).toEqual(["memory_bytes sampled", "cpu_seconds rlimit_and_sampled", "processes sampled"]);
  expect(kept(true, true)).toEqual(["memory_bytes cgroup", "cpu_seconds rlimit_and_sampled", "processes cgroup"]);
});

it.each([
  [{ limit: "memory", limitValue: 536_870_912, seen: 537_919_488 }, "its memory limit of 512 MiB, at 513 MiB"],
  [{ limit: "cpu", limitValue: 10_000, seen: 10_240 }, "its CPU limit of 10 s, at 10.2 s"],
  [{ limit: "processes", limitValue: 1, seen: 2 }, "its process limit of 1 process, at 2 processes"],
  [{ limit: "output", limitValue: 1000, seen: 1_572_864 }, "its output limit of 1000 bytes, at 1.5 MiB"],
] as const)("says what was reached, and where it stood: %j", (exceeded, words) => {
  expect(describeExceeded(exceeded)).toBe(words);
  expect(exceededOf(`Being ended by ${words}.`)).toBe(words);
});

it("writes sizes in the largest unit that leaves a number of at least 1", () => {
  expect([0, 1023, 1024, 1536, 3 * 1024 ** 4, 5000 * 1024 ** 4].map(describeBytes)).toEqual([
    "0 bytes",
    "1023 bytes",
    "1 KiB",
    "1.5 KiB",
    "3 TiB",
    "5000 TiB",
  ]);
});
