import { appendFileSync, closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { expect, it } from "vitest";
import { markLine, markLineBytes, type StderrMark, stderrMarksPath, wholeLine } from "../stderr-marks.ts";
import { openOutput } from "./output-fixture.ts";

const everything = { first: 0, end: Number.MAX_SAFE_INTEGER };

/** Ten bytes of standard error at every hundred. */
const markAt = (index: number): StderrMark => ({ first: index * 100, last: index * 100 + 9 });

/** An attempt whose record says this. */
function openRecord(text: string) {
  const { output, attempt } = openOutput();
  const path = stderrMarksPath(output.prepare(attempt));
  writeFileSync(path, text);
  return { path, output, attempt, read: (range = {}) => output.stderrMarks(attempt, { ...everything, ...range }) };
}

it("a line has a fixed size, up to the largest offset it can hold", () => {
  for (const mark of [
    { first: 0, last: 0 },
    { first: 123_456_789_012_345, last: 999_999_999_999_999 },
  ]) {
    expect(markLine(mark)).toHaveLength(markLineBytes);
  }
  expect(wholeLine).toHaveLength(markLineBytes);
});

it("no record is told from an empty one", async () => {
  const { path, read } = openRecord("");
  expect(await read()).toEqual({ marks: [], isWhole: false, unmarkedFrom: null });
  rmSync(path);
  expect(await read()).toBeNull();
});

it("of a window those marks are found that have a byte in it, whole", async () => {
  const { read } = openRecord([0, 1, 2].map((index) => markLine(markAt(index))).join(""));
  const found = async (first: number, end: number) => (await read({ first, end }))?.marks;
  expect(await found(0, 1)).toEqual([markAt(0)]);
  expect(await found(9, 10)).toEqual([markAt(0)]);
  expect(await found(10, 100)).toEqual([]);
  expect(await found(10, 101)).toEqual([markAt(1)]);
  expect(await found(109, 201)).toEqual([markAt(1), markAt(2)]);
  expect(await found(110, 200)).toEqual([]);
  expect(await found(209, 1000)).toEqual([markAt(2)]);
  expect(await found(210, 1000)).toEqual([]);
  expect(await found(5, 5)).toEqual([]);
  expect(await found(9, 5)).toEqual([]);
});

it("a last line that is half written is left out until it is there", async () => {
  const next = markLine(markAt(1));
  const { path, read } = openRecord(markLine(markAt(0)) + next.slice(0, 20));
  expect(await read()).toEqual({ marks: [markAt(0)], isWhole: false, unmarkedFrom: null });
  appendFileSync(path, next.slice(20));
  expect((await read())?.marks).toEqual([markAt(0), markAt(1)]);
  appendFileSync(path, wholeLine.slice(0, 31));
  expect((await read())?.isWhole).toBe(false);
  appendFileSync(path, wholeLine.slice(31));
  expect(await read()).toEqual({ marks: [markAt(0), markAt(1)], isWhole: true, unmarkedFrom: null });
});

it("a record is whole wherever it is looked at, also when nothing is marked", async () => {
  const { read } = openRecord(wholeLine);
  expect(await read()).toEqual({ marks: [], isWhole: true, unmarkedFrom: null });
  const { read: readMarked } = openRecord(markLine(markAt(0)) + markLine(markAt(1)) + wholeLine);
  expect(await readMarked({ first: 50, end: 60 })).toEqual({ marks: [], isWhole: true, unmarkedFrom: null });
  expect(await readMarked({ most: 1 })).toEqual({ marks: [markAt(0)], isWhole: true, unmarkedFrom: null });
  expect(await readMarked({ first: 10_000 })).toEqual({ marks: [], isWhole: true, unmarkedFrom: null });
});

it("a last mark that grew in its place is read as it is", async () => {
  const { path, read } = openRecord(markLine(markAt(0)) + markLine(markAt(1)));
  const file = openSync(path, "r+");
  writeSync(file, markLine({ first: 100, last: 150 }), markLineBytes);
  closeSync(file);
  expect((await read({ first: 140 }))?.marks).toEqual([{ first: 100, last: 150 }]);
});

it("in a record of many megabytes a window is found by halving, wherever it is", async () => {
  const count = 300_000;
  const { read } = openRecord(Array.from({ length: count }, (_, index) => markLine(markAt(index))).join(""));
  for (const index of [0, 1, 2, 1234, 65_535, 65_536, 149_999, 150_000, 299_998, 299_999]) {
    const { first, last } = markAt(index);
    expect((await read({ first, end: last }))?.marks, `mark ${index}`).toEqual([markAt(index)]);
    expect((await read({ first: last, end: last + 1 }))?.marks, "its last byte").toEqual([markAt(index)]);
    expect((await read({ first: last + 1, end: first + 100 }))?.marks, "behind it").toEqual([]);
  }
  const page = await read({ first: 100_000 * 100, most: 3 });
  expect(page?.marks).toEqual([markAt(100_000), markAt(100_001), markAt(100_002)]);
  let next = 0;
  let seen = 0;
  for (;;) {
    const marks = (await read({ first: next, most: 40_000 }))?.marks ?? [];
    const last = marks.at(-1);
    if (last === undefined) {
      break;
    }
    seen += marks.length;
    next = last.last + 1;
  }
  expect(seen, "paging goes through all of them once").toBe(count);
});
