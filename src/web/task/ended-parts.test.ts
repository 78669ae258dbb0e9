import { expect, test } from "vitest";
import type { StatisticsPart } from "../../contract/index.ts";
import { partWords } from "./ended-part-words.ts";
import { endCounts, sumOf, timeMarks } from "./ended-parts.ts";

/** Parts one after the other, from a moment of the reader's clock on. */
function partsFrom(start: Date, count: number, partMs: number): StatisticsPart[] {
  return Array.from({ length: count }, (_, index) => ({
    from: new Date(start.getTime() + index * partMs).toISOString(),
    before: new Date(start.getTime() + (index + 1) * partMs).toISOString(),
    ended: [],
    p50_ms: null,
    p95_ms: null,
  }));
}

const part: StatisticsPart = {
  ...(partsFrom(new Date(2026, 10, 30, 14), 1, 1_800_000)[0] as StatisticsPart),
  ended: [
    { status: "completed", outcome: "exited", count: 9 },
    { status: "failed", outcome: "exited", count: 2 },
    { status: "failed", outcome: "timed_out", count: 1 },
  ],
  p50_ms: 41_000,
  p95_ms: 120_000,
};

test("what ended is counted by how it ended", () => {
  expect(endCounts([part, part])).toEqual({ failed: 6, killed: 0, completed: 18 });
  expect(sumOf(endCounts([part]))).toBe(12);
});

test("round times are marked where the clock passes them", () => {
  const marksOf = (start: Date, count: number, partMs: number, span: "hour" | "day" | "week") =>
    timeMarks(partsFrom(start, count, partMs), span).map(({ index }) => index);
  expect(marksOf(new Date(2026, 10, 30, 13, 40), 60, 60_000, "hour")).toEqual([5, 20, 35, 50]);
  expect(marksOf(new Date(2026, 10, 29, 15), 48, 1_800_000, "day")).toEqual([6, 18, 30, 42]);
  expect(marksOf(new Date(2026, 5, 10, 15), 24, 3 * 3_600_000, "week")).toEqual([3, 11, 19]);
});

test("midnight is marked by the day that begins, other times by the clock", () => {
  const marks = timeMarks(partsFrom(new Date(2026, 10, 29, 15), 48, 1_800_000), "day");
  expect(marks.map(({ words }) => words)).toEqual([
    "18:00",
    new Date(2026, 10, 30).toLocaleDateString(undefined, { month: "short", day: "2-digit" }),
    "06:00",
    "12:00",
  ]);
});

test("a part is told in words: when, what ended and why it failed, how long it ran", () => {
  const now = new Date(2026, 10, 30, 18).getTime();
  expect(partWords(part, now)).toBe(
    "14:00 – 14:30 · 9 completed · 3 failed (2 exit code, 1 timed out) · half ran 41 s at most, 95 of 100 2 min",
  );
  const unstarted: StatisticsPart = {
    ...part,
    ended: [{ status: "killed", outcome: "killed", count: 1 }],
    p50_ms: null,
    p95_ms: null,
  };
  expect(partWords(unstarted, now)).toBe("14:00 – 14:30 · 1 killed · None of them had started.");
  expect(partWords(part, now + 86_400_000)).toMatch(/30, 14:00 – 14:30/);
});
