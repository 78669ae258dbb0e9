import { expect, test } from "vitest";
import { momentMs } from "./moments.ts";

const now = new Date(2026, 10, 30, 14, 5);

test.each([
  ["30min", new Date(2026, 10, 30, 13, 35)],
  ["2h", new Date(2026, 10, 30, 12, 5)],
  ["7D", new Date(now.getTime() - 7 * 86_400_000)],
  ["today", new Date(2026, 10, 30)],
  ["yesterday", new Date(2026, 10, 29)],
  ["2026-11-01", new Date(2026, 10, 1)],
  ["2026-11-01T08:30", new Date(2026, 10, 1, 8, 30)],
  ["2026-11-01T08:30:00.500Z", new Date("2026-11-01T08:30:00.500Z")],
])("%s", (word, moment) => {
  expect(momentMs(word, "start", now.getTime())).toBe(moment.getTime());
});

test("a day that is an end includes all of it", () => {
  expect(momentMs("2026-11-01", "end", now.getTime())).toBe(new Date(2026, 10, 2).getTime() - 1);
  expect(momentMs("today", "end", now.getTime())).toBe(new Date(2026, 11, 1).getTime() - 1);
});

test.each(["", "soon", "2", "2x", "2026-02-30", "2026-13-01", "2026-11-01T25:00"])("%s is none", (word) => {
  expect(momentMs(word, "start", now.getTime())).toBeNull();
});
