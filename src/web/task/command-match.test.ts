import { expect, test } from "vitest";
import { matchesWords } from "./command-match.ts";

test.each([
  ["Failed tasks", "", true],
  ["Failed tasks", "fa", true],
  ["Failed tasks", "ta fa", true],
  ["Failed tasks", "FAILED", true],
  ["Failed tasks", "ailed", false],
  ["Failed tasks", "failed nodes", false],
  ["Edit & rerun", "rerun", true],
  ["Größe ändern", "änd", true],
])("%s, typed %s: %s", (label, typed, isFound) => {
  expect(matchesWords(label, typed)).toBe(isFound);
});
