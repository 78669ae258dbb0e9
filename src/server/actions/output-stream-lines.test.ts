import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeGap } from "../../output/file/gap-record.ts";
import { openOutput } from "../../output/file/output-fixture.ts";
import { type StderrMark, stderrMarksPath } from "../../output/stderr-marks.ts";
import { linesOfStream } from "./output-stream-lines.ts";

type Stream = "stdout" | "stderr";
type Piece = { stream: Stream; text: string };
type Output = ReturnType<typeof openOutput>;

/** Writes an output as the copier leaves it, with its record of marks. */
function write({ output, attempt }: Output, pieces: readonly Piece[]): void {
  const path = output.prepare(attempt);
  const marks: StderrMark[] = [];
  let first = 0;
  for (const { stream, text } of pieces) {
    const last = first + text.length - 1;
    const before = marks.at(-1);
    if (stream === "stderr" && before?.last === first - 1) {
      before.last = last;
    } else if (stream === "stderr") {
      marks.push({ first, last });
    }
    first = last + 1;
  }
  writeFileSync(path, pieces.map(({ text }) => text).join(""));
  const lines = marks.map((mark) => `${String(mark.first).padStart(15)} ${String(mark.last).padStart(15)}\n`);
  writeFileSync(stderrMarksPath(path), lines.join(""));
}

/** The numbers of the lines with a byte of the stream, by the rule in its simplest form. */
function numbersNaively(pieces: readonly Piece[], stream: Stream): number[] {
  const numbers = new Set<number>();
  let number = 1;
  for (const piece of pieces) {
    for (const character of piece.text) {
      if (piece.stream === stream) {
        numbers.add(number);
      }
      number += character === "\n" ? 1 : 0;
    }
  }
  return [...numbers];
}

/** All pages of so many lines. */
async function numbersOf({ output, attempt }: Output, stream: Stream, count: number): Promise<number[]> {
  const numbers: number[] = [];
  for (let from: number | null = 1; from !== null; ) {
    const page = await linesOfStream({ output }, attempt, stream, { from, count });
    expect(page.lines.length).toBeLessThanOrEqual(count);
    numbers.push(...page.lines.map((line) => line.number));
    from = page.next;
  }
  return numbers;
}

const piece: fc.Arbitrary<Piece> = fc.record({
  stream: fc.constantFrom("stdout" as const, "stderr" as const),
  text: fc.oneof(
    fc.constantFrom("\n", "x", "some words\n", "no end", "\n\n\n"),
    fc
      .record({ unit: fc.constantFrom("y\n", "\n", "a longer line\n", "-"), times: fc.nat({ max: 3000 }) })
      .map(({ unit, times }) => unit.repeat(times + 1)),
  ),
});

test("whatever was written where, the lines of a stream are those with a byte of it, page by page", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.constantFrom(1, 7, 1000), async (pieces, count) => {
      const opened = openOutput();
      write(opened, pieces);
      // One line to a page would be asked for a thousand times.
      const atOnce = numbersNaively(pieces, "stdout").length > 500 ? 1000 : count;
      expect(await numbersOf(opened, "stdout", atOnce)).toEqual(numbersNaively(pieces, "stdout"));
      const errorsAtOnce = numbersNaively(pieces, "stderr").length > 500 ? 1000 : count;
      expect(await numbersOf(opened, "stderr", errorsAtOnce)).toEqual(numbersNaively(pieces, "stderr"));
    }),
    { numRuns: 40 },
  );
});

test("a few lines far apart are found without reading what lies between", async () => {
  const opened = openOutput();
  const filler = (lines: number): Piece => ({ stream: "stdout", text: "some line of the output\n".repeat(lines) });
  const warning: Piece = { stream: "stderr", text: "warning\n" };
  write(opened, [filler(70_000), warning, { stream: "stdout", text: `${"z".repeat(900_000)}\n` }, filler(9), warning]);
  const { output, attempt } = opened;
  let asked = 0;
  const counting = {
    ...output,
    lines: (...args: Parameters<typeof output.lines>) => {
      asked += args[1].count;
      return output.lines(...args);
    },
  };
  const page = await linesOfStream({ output: counting }, attempt, "stderr", { from: 1, count: 100 });
  expect(page.lines.map(({ number, text }) => [number, text])).toEqual([
    [70_001, "warning"],
    [70_012, "warning"],
  ]);
  expect(page).toMatchObject({ total: 70_012, next: null });
  expect(asked).toBeLessThan(3000);
});

test("lines before and behind a removed range keep what they came from", async () => {
  const opened = openOutput();
  const { output, attempt, path } = opened;
  write(opened, [
    { stream: "stderr", text: "early\n" },
    { stream: "stdout", text: "x".repeat(100) },
    { stream: "stderr", text: "y".repeat(50) },
    { stream: "stdout", text: "\n" },
    { stream: "stderr", text: "late\n" },
  ]);
  await writeGap(path, { first: 20, last: 120, isPending: false });
  const page = await linesOfStream({ output }, attempt, "stderr", { from: 1, count: 100 });
  expect(page.lines.map(({ number, text }) => [number, text])).toEqual([
    [1, "early"],
    [3, "y".repeat(35)],
    [4, "late"],
  ]);
});
