import { expect, test } from "vitest";
import { formatSizeText, parseSizeText } from "./size-text.ts";

test.each([
  ["", null],
  ["512 MiB", 536_870_912],
  ["2G", 2_147_483_648],
  ["1.5 gb", 1_500_000_000],
  ["100 B", 100],
  ["512", undefined],
  ["much", undefined],
  ["-1 MiB", undefined],
  ["5 parsecs", undefined],
])("%j is %s bytes", (text, bytes) => {
  expect(parseSizeText(text)).toBe(bytes);
});

test.each([
  [536_870_912, "512 MiB"],
  [1_500_000_000, "1500000000 B"],
  [1024, "1 KiB"],
])("%d bytes are written %j, which reads the same", (bytes, text) => {
  expect(formatSizeText(bytes)).toBe(text);
  expect(parseSizeText(text)).toBe(bytes);
});
