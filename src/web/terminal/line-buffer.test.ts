import fc from "fast-check";
import { expect, test } from "vitest";
import { LineBuffer } from "./line-buffer.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function written(text: string, limits?: ConstructorParameters<typeof LineBuffer>[1]): LineBuffer {
  const buffer = new LineBuffer("beginning", limits);
  buffer.write(0, bytesOf(text));
  return buffer;
}

test("lines are numbered from 1 and an unfinished one is shown", () => {
  const { lines } = written("one\ntwo\nthr");
  expect(lines.map((line) => [line.number, line.text])).toEqual([
    [1, "one"],
    [2, "two"],
    [3, "thr"],
  ]);
});

test("however the bytes are cut, the lines are the same", () => {
  const bytes = Uint8Array.of(...bytesOf("größe ✓\r\n\nprogress 1\rprogress 2\n"), 0xc3, 0x0a, ...bytesOf("😀 end"));
  const whole = new LineBuffer();
  whole.write(0, bytes);
  const shownOf = (buffer: LineBuffer) => buffer.lines.map((line) => [line.offset, line.text]);
  const expected = shownOf(whole);
  expect(expected.map(([offset]) => offset)).toEqual([0, 13, 14, 36, 38]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const buffer = new LineBuffer();
      let start = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        buffer.write(start, bytes.subarray(start, cut));
        start = cut;
      }
      expect(shownOf(buffer)).toEqual(expected);
    }),
  );
});

test("an unfinished line keeps its key while it grows, and is a new object each time", () => {
  const buffer = written("10 %");
  const before = buffer.lines[0];
  buffer.write(4, bytesOf("\r20 %"));
  expect(buffer.lines).toHaveLength(1);
  expect(buffer.lines[0]).not.toBe(before);
  expect(buffer.lines[0]?.key).toBe(before?.key);
});

test("bytes sent twice are written once", () => {
  const buffer = written("abc");
  buffer.write(1, bytesOf("bcd\ne"));
  expect(buffer.lines.map((line) => [line.offset, line.text])).toEqual([
    [0, "abcd"],
    [5, "e"],
  ]);
});

test("missing bytes leave a gap, after which line numbers are unknown", () => {
  const buffer = written("head\n");
  buffer.write(1005, bytesOf("tail\n"));
  expect(buffer.lines.map((line) => [line.number, line.offset, line.text, line.gapBytes])).toEqual([
    [1, 0, "head", 0],
    [null, 5, "", 1000],
    [null, 1005, "tail", 0],
  ]);
});

test("the window is bounded in lines; numbers and keys go on", () => {
  const limits = { maxCharacters: 1_000_000, maxLines: 100, maxLineCharacters: 1000 };
  const buffer = new LineBuffer("beginning", limits);
  for (let index = 0; index < 1000; index += 1) {
    buffer.write(index * 2, bytesOf("x\n"));
  }
  expect(buffer.lines.length).toBeLessThanOrEqual(100);
  expect(buffer.lines.at(-1)?.number).toBe(1000);
  expect(buffer.droppedLines + buffer.lines.length).toBe(1000);
});

test("while somebody reads, the window holds three times as much", () => {
  const buffer = new LineBuffer("beginning", { maxCharacters: 1_000_000, maxLines: 100, maxLineCharacters: 1000 });
  buffer.isHeld = true;
  buffer.write(0, bytesOf("x\n".repeat(300)));
  expect(buffer.droppedLines).toBe(0);
  buffer.isHeld = false;
  buffer.write(600, bytesOf("x\n"));
  expect(buffer.lines.length).toBeLessThanOrEqual(100);
});

test("the window is bounded in characters", () => {
  const limits = { maxCharacters: 10_000, maxLines: 100_000, maxLineCharacters: 1000 };
  const buffer = written(`${"y".repeat(99)}\n`.repeat(500), limits);
  const kept = buffer.lines.reduce((sum, line) => sum + line.text.length, 0);
  expect(kept).toBeLessThanOrEqual(10_000);
  expect(buffer.droppedLines).toBeGreaterThan(0);
});

test("a line without end is cut and says how much is missing", () => {
  const limits = { maxCharacters: 10_000, maxLines: 100, maxLineCharacters: 1000 };
  const [line] = written("z".repeat(1500), limits).lines;
  expect(line?.text).toHaveLength(1000);
  expect(line?.cutCharacters).toBe(500);
});

test("progress that rewrites itself for ever stays small and current", () => {
  const buffer = new LineBuffer();
  let offset = 0;
  for (let percent = 0; percent < 20_000; percent += 1) {
    const bytes = bytesOf(`\rstep ${percent}`);
    buffer.write(offset, bytes);
    offset += bytes.length;
  }
  expect(buffer.lines).toHaveLength(1);
  expect(buffer.lines[0]?.text.length).toBeLessThan(5000);
  expect(buffer.lines[0]?.text.endsWith("step 19999")).toBe(true);
});

test("a colour is carried to the next line", () => {
  const { lines } = written("\u001b[31mred\nstill red");
  expect(lines[1]?.carry).toBe("\u001b[31m");
});

test("what begins in the middle leaves the rest of a line out, and is numbered once a number is known", () => {
  const buffer = new LineBuffer("middle");
  buffer.write(1000, bytesOf("ddle of a line"));
  expect(buffer.lines).toEqual([]);
  buffer.write(1014, bytesOf("\none\ntwo\nthr"));
  const shown = () => buffer.lines.map((line) => [line.number, line.offset, line.text]);
  expect(shown()).toEqual([
    [null, 1015, "one"],
    [null, 1019, "two"],
    [null, 1023, "thr"],
  ]);
  buffer.number({ offset: 1, number: 4 });
  expect(buffer.lines[0]?.number).toBeNull();
  buffer.number({ offset: 1019, number: 78 });
  buffer.write(1026, bytesOf("ee\nfour\n"));
  expect(shown()).toEqual([
    [77, 1015, "one"],
    [78, 1019, "two"],
    [79, 1023, "three"],
    [80, 1029, "four"],
  ]);
});

test("a number reaches to the next gap and no farther", () => {
  const buffer = new LineBuffer("middle");
  buffer.write(0, bytesOf("rest\na\nb\n"));
  buffer.write(109, bytesOf("tail\nend\n"));
  buffer.number({ offset: 7, number: 3 });
  expect(buffer.lines.map(({ number, text }) => [number, text])).toEqual([
    [2, "a"],
    [3, "b"],
    [null, ""],
    [null, "tail"],
    [null, "end"],
  ]);
  buffer.number({ offset: 114, number: 9 });
  buffer.write(118, bytesOf("more"));
  expect(buffer.lines.slice(3).map(({ number }) => number)).toEqual([8, 9, 10]);
});

test("a line that is too long to be left out is shown from its middle on", () => {
  const buffer = new LineBuffer("middle");
  buffer.write(0, new Uint8Array(200_000).fill(0x61));
  expect(buffer.lines).toEqual([]);
  buffer.write(200_000, new Uint8Array(100_000).fill(0x62));
  expect(buffer.lines.map(({ offset }) => offset)).toEqual([200_000]);
});

test("what was left out is shown when the output ends without a line break", () => {
  const buffer = new LineBuffer("middle");
  buffer.write(9000, bytesOf("10 %\r"));
  buffer.write(9005, bytesOf("20 %\r"));
  expect(buffer.nextOffset).toBeNull();
  buffer.end();
  expect(buffer.lines.map(({ offset, text }) => [offset, text])).toEqual([[9000, "10 %\r20 %\r"]]);
  expect(buffer.nextOffset).toBe(9010);
});
