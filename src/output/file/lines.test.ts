import { appendFileSync, rmSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeGap } from "./gap-record.ts";
import { openOutput, startWriter } from "./output-fixture.ts";

type Span = { offset: number; end: number };

/** Where lines are, by the rule in its simplest form: cut at each line feed, drop a carriage return before it. */
function splitNaively(bytes: Buffer): Span[] {
  const spans: Span[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const at = bytes.indexOf(10, offset);
    const lineEnd = at < 0 ? bytes.length : at;
    const hasReturn = at > offset && bytes[at - 1] === 13;
    spans.push({ offset, end: hasReturn ? lineEnd - 1 : lineEnd });
    offset = lineEnd + 1;
  }
  return spans;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Lines are cut at 64 KiB; a test of its own has the exact place. */
const comparedCharacters = 60_000;

function expectedPage(bytes: Buffer, spans: Span[], from: number, count: number) {
  return spans.slice(from - 1, from - 1 + count).map((span, at) => ({
    number: from + at,
    offset: span.offset,
    text: decoder.decode(bytes.subarray(span.offset, span.end)).slice(0, comparedCharacters),
  }));
}

/** What is written, told shortly, so that a failure can be read: a text or bytes over and over, up to a length. */
type Part = { unit: string | Uint8Array; length: number };

const fixedParts = ["\n", "\r\n", "\r", "\ufeff\u00e4\u{1f600}\n", "\u20ac"];
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.constantFrom(...fixedParts).map((unit) => ({ unit, length: Buffer.byteLength(unit) })),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((unit) => ({ unit, length: unit.length })),
  fc.record({ unit: fc.string({ minLength: 1, maxLength: 40 }), length: fc.nat({ max: 200 }) }),
  fc.record({
    unit: fc.constantFrom("y\n", "\n", "no line end here ", "a line end \r\n"),
    length: fc.nat({ max: 70_000 }),
  }),
);

function bytesOf(parts: Part[]): Buffer {
  return Buffer.concat(parts.map(({ unit, length }) => Buffer.alloc(length, unit)));
}

test("pages of a file that grows equal a naive split, whatever its bytes", async () => {
  const { output, attempt, path } = openOutput();
  const property = fc.asyncProperty(fc.array(fc.array(part, { maxLength: 12 }), { maxLength: 4 }), async (writes) => {
    output.prepare(attempt);
    let written = Buffer.alloc(0);
    for (const parts of writes) {
      appendFileSync(path, bytesOf(parts));
      written = Buffer.concat([written, bytesOf(parts)]);
      const expected = splitNaively(written);
      for (const from of [1, Math.ceil(expected.length / 2) + 1, Math.max(1, expected.length - 3)]) {
        const page = await output.lines(attempt, { from, count: 20 });
        const shown = page.lines.map((line) => ({ ...line, text: line.text.slice(0, comparedCharacters) }));
        expect(shown).toEqual(expectedPage(written, expected, from, 20));
        expect(page.total).toBe(expected.length);
      }
      const last = await output.lines(attempt, { from: -7, count: 50 });
      expect(last.lines.map((line) => line.offset)).toEqual(expected.slice(-7).map((span) => span.offset));
    }
    await output.remove(attempt);
  });
  await fc.assert(property, { numRuns: 60 });
}, 30_000);

test("page after page gives every line once", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  expect(await startWriter(fixture, "seq 1 300000").exited).toBe(0);
  let next = 1;
  for (;;) {
    const page = await output.lines(attempt, { from: next, count: 5000 });
    expect(page.total).toBe(300_000);
    if (page.lines.length === 0) {
      break;
    }
    expect(page.lines.every((line) => line.text === String(line.number))).toBe(true);
    expect(page.lines[0]?.number).toBe(next);
    next += page.lines.length;
  }
  expect(next).toBe(300_001);
});

test("a line is cut at 64 KiB, never within a character, and the next one has its true number and offset", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, `short\n${"\u20ac".repeat(4_000_000)}\nnext\n${"z".repeat(65_536)}\r\nend`);
  const { lines, total } = await output.lines(attempt, { from: 1, count: 10 });
  expect(total).toBe(5);
  expect(lines.map((line) => line.offset)).toEqual([0, 6, 12_000_007, 12_000_012, 12_065_550]);
  expect(lines[1]?.text).toBe("\u20ac".repeat(21_845));
  expect(lines[3]?.text).toBe("z".repeat(65_536));
  expect(lines[4]?.text).toBe("end");
});

test("a page of very long lines ends early and can be gone on from", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, `${"x".repeat(150_000)}\n`.repeat(200));
  const numbers: number[] = [];
  while (numbers.length < 200) {
    const page = await output.lines(attempt, { from: numbers.length + 1, count: 5000 });
    expect(page.lines.length).toBeGreaterThan(0);
    expect(page.lines.length).toBeLessThanOrEqual(8 * 16);
    numbers.push(...page.lines.map((line) => line.number));
  }
  expect(numbers).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
});

test("the gap ends a line and counts as none; moving it renumbers only what follows", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  // 8 bytes each, so that a page of 4096 bytes is 512 lines.
  const written = Array.from({ length: 40_960 }, (_, at) => `${String(at).padStart(7, "0")}\n`).join("");
  appendFileSync(path, written);
  const before = await output.lines(attempt, { from: 500, count: 100 });
  expect(before.total).toBe(40_960);
  for (const lastPage of [1, 30, 70]) {
    await writeGap(path, { first: 4096, last: 4096 * (lastPage + 1) - 1, isPending: false });
    const page = await output.lines(attempt, { from: 500, count: 100 });
    expect(page.gap).toEqual({ first: 4096, last: 4096 * (lastPage + 1) - 1 });
    expect(page.total).toBe(40_960 - lastPage * 512);
    expect(page.lines.slice(0, 13)).toEqual(before.lines.slice(0, 13));
    expect(page.lines[13]).toEqual({
      number: 513,
      offset: 4096 * (lastPage + 1),
      text: String(512 * (lastPage + 1)).padStart(7, "0"),
    });
    const end = await output.lines(attempt, { from: -1, count: 1 });
    expect(end.lines[0]?.text).toBe("0040959");
  }
});

test("a gap within lines cuts them: the part before and the part behind are two lines", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, `a\n${"h".repeat(4096)}${"r".repeat(4096)}${"t".repeat(100)}\nlast`);
  await writeGap(path, { first: 4096, last: 8191, isPending: false });
  const { lines, total } = await output.lines(attempt, { from: 1, count: 10 });
  expect(total).toBe(4);
  expect(lines.map((line) => line.text)).toEqual(["a", "h".repeat(4094), `rr${"t".repeat(100)}`, "last"]);
});

test("a file that is replaced is counted anew", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, "1\n2\n3\n");
  expect((await output.lines(attempt, { from: 1, count: 10 })).total).toBe(3);
  rmSync(path);
  appendFileSync(path, "one\ntwo\n");
  const page = await output.lines(attempt, { from: 1, count: 10 });
  expect(page.lines.map((line) => line.text)).toEqual(["one", "two"]);
});

test("many requests at once for one file agree", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  expect(await startWriter(fixture, "yes | head -c 8000000").exited).toBe(0);
  const pages = await Promise.all(
    Array.from({ length: 30 }, (_, at) => output.lines(attempt, { from: 100_000 * at + 1, count: 3 })),
  );
  expect(new Set(pages.map((page) => page.total))).toEqual(new Set([4_000_000]));
  expect(pages[29]?.lines[0]).toEqual({ number: 2_900_001, offset: 5_800_000, text: "y" });
});
