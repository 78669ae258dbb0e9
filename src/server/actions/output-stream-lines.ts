import type { OutputLines, OutputStream } from "../../contract/index.ts";
import type { AttemptRef, Gap, OutputLine } from "../../output/output.ts";
import type { Context } from "../context.ts";
import { partsOf } from "./output-streams.ts";

/**
 * The lines that have something of one of the streams, with their numbers in the whole output.
 *
 * The parts of the stream are gone through in order, and with them the lines, a window of them at a time. The window of a
 * part far away is found by guessing: between two lines whose numbers and places are known, lines are about equally long.
 * Each guess aims a little before the part, since from there on windows are gone through; each fourth one is the middle, so
 * that lines of very different length do not make it slow. Neither the output nor the record of its marks is read from its
 * beginning.
 */
type PlacedLine = OutputLine & {
  /** Offset behind its last byte, its line end included. */
  end: number;
};
type Page = { lines: OutputLine[]; total: number; gap: Gap | null };
type ReadPage = (from: number, count: number) => Promise<Page>;
type Place = { number: number; offset: number };

const windowLines = 500;
/** A window that begins so near before a byte is near enough. */
const nearBytes = 16 * 1024;
const guessesToMiddle = 4;
/** A page ends early after so much text, like every page of lines. */
const mostCharacters = 8 * 1024 * 1024;

export async function linesOfStream(
  context: Pick<Context, "output">,
  ref: AttemptRef,
  stream: OutputStream,
  page: { from: number; count: number },
): Promise<OutputLines> {
  const read: ReadPage = (from, count) => context.output.lines(ref, { from, count });
  const end = await context.output.size(ref);
  const { lines: found, total, gap } = await read(page.from, 1);
  const lines: OutputLine[] = [];
  const [first] = found;
  if (first === undefined) {
    return { lines, total, next: null, gap };
  }
  const lineAt = lineFinder(read, first, { number: total + 1, offset: end });
  let characters = 0;
  for await (const part of partsOf(context, ref, stream, { first: first.offset, end })) {
    let line = await lineAt(part.first);
    while (line !== null && line.offset < part.end) {
      const { number, offset, text } = line;
      if (number > (lines.at(-1)?.number ?? 0)) {
        if (lines.length === page.count || characters >= mostCharacters) {
          return { lines, total, next: number, gap };
        }
        lines.push({ number, offset, text });
        characters += text.length;
      }
      line = line.end < part.end ? await lineAt(line.end) : null;
    }
  }
  return { lines, total, next: null, gap };
}

/** Finds the first line that ends behind a byte, for bytes that are asked for in ascending order. Null behind the last. */
function lineFinder(read: ReadPage, first: Place, end: Place): (byte: number) => Promise<PlacedLine | null> {
  let window: PlacedLine[] = [];
  let at = 0;

  async function open(number: number): Promise<void> {
    window = placed(await read(number, windowLines + 1));
    at = 0;
  }
  /** True while the byte is so near that going on is faster than looking for its place. */
  function isNear(byte: number): boolean {
    const [opening, closing] = [window[0]?.offset ?? 0, window.at(-1)?.end ?? 0];
    return byte < closing + 2 * (closing - opening);
  }

  return async (byte) => {
    if (window.length === 0 || !isNear(byte)) {
      const before = window.at(-1) ?? first;
      await open(await numberNear(read, byte, before, end));
    }
    for (;;) {
      const line = window[at];
      if (line === undefined) {
        const last = window.at(-1);
        if (last === undefined || last.number >= end.number - 1) {
          return null;
        }
        await open(last.number + 1);
      } else if (line.end > byte) {
        return line;
      } else {
        at += 1;
      }
    }
  };
}

/** The number of a line at or before the byte, and near it. */
async function numberNear(read: ReadPage, byte: number, before: Place, behind: Place): Promise<number> {
  let [low, high] = [before, behind];
  for (let guesses = 1; high.number - low.number > windowLines && byte - low.offset > nearBytes; guesses += 1) {
    const aim = byte - nearBytes / 2 - low.offset;
    const part = guesses % guessesToMiddle === 0 ? 0.5 : aim / Math.max(1, high.offset - low.offset);
    const between = low.number + Math.floor((high.number - low.number) * part);
    const number = Math.min(high.number - 1, Math.max(low.number + 1, between));
    const [line] = (await read(number, 1)).lines;
    if (line === undefined || line.offset > byte) {
      high = { number, offset: line?.offset ?? high.offset };
    } else {
      low = { number, offset: line.offset };
    }
  }
  return low.number;
}

/** Lines with their ends. The last one's is known only when it is the last of all: else it is left for the next window. */
function placed({ lines, total, gap }: Page): PlacedLine[] {
  return lines.flatMap((line, index) => {
    const next = lines[index + 1];
    if (next === undefined) {
      return line.number >= total ? [{ ...line, end: Number.POSITIVE_INFINITY }] : [];
    }
    const isBeforeGap = gap !== null && line.offset < gap.first && next.offset > gap.last;
    return [{ ...line, end: isBeforeGap ? gap.first : next.offset }];
  });
}
