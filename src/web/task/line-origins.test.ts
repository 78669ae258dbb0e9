import { expect, test } from "vitest";
import type { BufferedLine } from "../terminal/line-buffer.ts";
import { blockBytesFor, blocksOf, bytesOfLine, originOf } from "./line-origins.ts";

const line = (number: number | null, offset: number, text: string, gapBytes = 0): BufferedLine => ({
  ...{ key: offset, number, offset, text, carry: "", cutCharacters: 0, gapBytes },
});

test("a line goes as far as the next one, the last one to the end of the output", () => {
  const lines = [line(1, 0, "one"), line(2, 4, "two\r"), line(3, 9, "thr")];
  expect(lines.map((_, index) => bytesOfLine(lines, index, 12))).toEqual([
    { first: 0, end: 4 },
    { first: 4, end: 9 },
    { first: 9, end: 12 },
  ]);
});

test("a line before a gap ends where the gap begins, and one of a list of matches with its text", () => {
  const cut = [line(1, 0, "o\u{1f600}"), line(null, 2, "", 98), line(null, 100, "rest")];
  expect(bytesOfLine(cut, 0, 104)).toEqual({ first: 0, end: 2 });
  const matches = [line(3, 10, "größe"), line(9, 400, ""), line(12, 900, "x")];
  expect(bytesOfLine(matches, 0, null)).toEqual({ first: 10, end: 17 });
  expect(bytesOfLine(matches, 1, null)).toEqual({ first: 400, end: 401 });
  expect(bytesOfLine(matches, 2, null)).toEqual({ first: 900, end: 901 });
});

const marks = [
  { first: 4, last: 7 },
  { first: 10, last: 10 },
  { first: 16, last: 40 },
];

test.each([
  [{ first: 0, end: 4 }, "stdout"],
  [{ first: 4, end: 8 }, "stderr"],
  [{ first: 3, end: 8 }, "both"],
  [{ first: 4, end: 11 }, "both"],
  [{ first: 10, end: 11 }, "stderr"],
  [{ first: 11, end: 16 }, "stdout"],
  [{ first: 20, end: 30 }, "stderr"],
  [{ first: 41, end: 50 }, "stdout"],
  [{ first: 8, end: 8 }, "stdout"],
] as const)("the bytes %j are of %s", (range, origin) => {
  expect(originOf(range, () => marks, 1024)).toBe(origin);
});

test("a line over several blocks is put together of what each of them has, and unknown until all are there", () => {
  // A mark that reaches over the border is told with both blocks.
  const blocks = [[{ first: 16, last: 40 }], [{ first: 16, last: 40 }], []];
  const range = { first: 20, end: 41 };
  expect(originOf(range, (block) => blocks[block], 32)).toBe("stderr");
  expect(originOf({ first: 20, end: 42 }, (block) => blocks[block], 32)).toBe("both");
  expect(originOf({ first: 20, end: 70 }, (block) => (block === 2 ? undefined : blocks[block]), 32)).toBeNull();
});

test("only blocks with bytes of lines in sight are asked for, larger ones when a line is very long", () => {
  const short = [
    { first: 65_000, end: 66_000 },
    { first: 66_000, end: 66_001 },
    { first: 1_000_000_000, end: 1_000_000_010 },
  ];
  expect(blockBytesFor(short)).toBe(65_536);
  expect(blocksOf(short, 65_536)).toEqual([0, 1, 15_258]);
  const long = { first: 0, end: 10_000_000 };
  expect(blocksOf([long], blockBytesFor([long])).length).toBeLessThanOrEqual(5);
});
