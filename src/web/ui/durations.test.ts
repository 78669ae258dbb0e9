import { expect, test } from "vitest";
import { formatAgo, formatClock, formatDuration, formatElapsed, withLocalTimes } from "./durations.ts";

test.each([
  [0, "0 ms"],
  [850, "850 ms"],
  [1540, "1.5 s"],
  [41_900, "41 s"],
  [723_000, "12 min 3 s"],
  [3_600_000, "1 h"],
  [12_000_000, "3 h 20 min"],
  [187_200_000, "2 d 4 h"],
  [-5, "0 ms"],
])("a duration of %d ms reads %s", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [400, "0 s"],
  [9_999, "9 s"],
  [61_500, "1 min 1 s"],
])("what goes on for %d ms reads %s", (elapsedMs, text) => {
  expect(formatElapsed(elapsedMs)).toBe(text);
});

test.each([
  [-2_000, "just now"],
  [4_000, "just now"],
  [59_000, "59 s ago"],
  [150_000, "2 min ago"],
  [7_300_000, "2 h ago"],
  [200_000_000, "2 d ago"],
])("%d ms in the past reads %s", (agoMs, text) => {
  expect(formatAgo(agoMs)).toBe(text);
});

test("a time of day names the date when it is another day's", () => {
  const noon = new Date(2026, 3, 1, 12, 0, 5);
  expect(formatClock(noon.toISOString(), noon.getTime() + 60_000)).toBe("12:00:05");
  expect(formatClock(noon.toISOString(), noon.getTime() + 86_400_000)).toMatch(/Apr.*12:00:05/);
});

test("times of the server are told by the reader's clock, the rest of the sentence stays", () => {
  const noon = new Date(2026, 3, 1, 12, 0, 5, 250);
  const sentence = `Attempt 1 of 3: Exit 1. The next starts at ${noon.toISOString()}.`;
  expect(withLocalTimes(sentence, noon.getTime())).toBe("Attempt 1 of 3: Exit 1. The next starts at 12:00:05.");
});
