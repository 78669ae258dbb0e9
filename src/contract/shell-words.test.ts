import { expect, test } from "vitest";
import { quoteForShell } from "./shell-words.ts";

test.each([
  ["plain-word", "plain-word"],
  ["two words", "'two words'"],
  ["it's", "'it'\\''s'"],
  ["", "''"],
])("the word %j is quoted as %s", (word, quoted) => {
  expect(quoteForShell(word)).toBe(quoted);
});
