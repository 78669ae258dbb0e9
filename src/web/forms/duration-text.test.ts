import { expect, test } from "vitest";
import { parseDurationText } from "./duration-text.ts";

test.each([
  ["", null],
  ["90", 90],
  ["0.5", 0.5],
  ["30 s", 30],
  ["5 min", 300],
  ["1h 30m", 5400],
  ["2 d", 172_800],
  ["soon", undefined],
  ["5 parsecs", undefined],
  ["-3", undefined],
])("%j is %s seconds", (text, seconds) => {
  expect(parseDurationText(text)).toBe(seconds);
});
