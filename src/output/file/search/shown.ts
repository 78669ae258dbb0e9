import type { FileHandle } from "node:fs/promises";
import type { SearchMatch } from "../../output.ts";
import { type LineIndex, lineTotal } from "../line-index.ts";
import { lineText, pageBytes, readLines, shownLineBytes } from "../read-lines.ts";
import { characterStart, unitsIn } from "./characters.ts";
import type { FoundLine } from "./scan.ts";

export type Context = { before: number; after: number };

/** How much of a line that is too long to be shown whole comes before its match. */
const lineBeforeMatchBytes = 16 * 1024;
const lineEndBytes = 2;
const lineBreak = 10;

/**
 * The texts of lines that were found, with their context. Ends early when it would be too much text for one answer; the
 * first one always comes.
 */
export async function readMatches(
  handle: FileHandle,
  index: LineIndex,
  found: readonly FoundLine[],
  context: Context,
  onProgress: () => void,
): Promise<SearchMatch[]> {
  const neighbours = createNeighbours(handle, index, found, context);
  const matches: SearchMatch[] = [];
  let length = 0;
  for (const [at, line] of found.entries()) {
    const match = { ...(await readMatch(handle, index, line)), ...(await neighbours(at)) };
    length += [match.text, ...match.before, ...match.after].reduce((sum, text) => sum + text.length, 0);
    if (length > pageBytes && matches.length > 0) {
      break;
    }
    matches.push(match);
    onProgress();
  }
  return matches;
}

/** The line itself: whole as pages of lines show it, or if its match would not be in there, the part around it. */
async function readMatch(handle: FileHandle, index: LineIndex, line: FoundLine) {
  const { gap, position } = index;
  const end = gap !== null && line.offset < gap.first ? gap.first : position;
  const isNearStart = line.matchEnd - line.offset <= shownLineBytes;
  const textOffset = isNearStart ? line.offset : Math.max(line.offset, line.matchAt - lineBeforeMatchBytes);
  const buffer = Buffer.alloc(Math.min(shownLineBytes + lineEndBytes, end - textOffset));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, textOffset);
  const read = buffer.subarray(isNearStart ? 0 : characterStart(buffer, 0), bytesRead);
  const lineBreakAt = read.indexOf(lineBreak);
  const shown = lineBreakAt < 0 ? read : read.subarray(0, lineBreakAt + 1);
  const text = lineText(shown);
  const offset = textOffset + (bytesRead - read.length);
  const matchStart = Math.min(text.length, unitsIn(shown.subarray(0, line.matchAt - offset)));
  const matchLength = unitsIn(shown.subarray(line.matchAt - offset, line.matchEnd - offset));
  return {
    number: line.number,
    offset: line.offset,
    textOffset: offset,
    text,
    matchStart,
    matchEnd: Math.min(text.length, matchStart + matchLength),
  };
}

/** So many lines are read at once where the contexts of matches touch. */
const linesAtOnce = 500;

/** Reads what is around each found line, asked for in their order; lines near each other are read together. */
function createNeighbours(handle: FileHandle, index: LineIndex, found: readonly FoundLine[], context: Context) {
  const lastNumber = lineTotal(index);
  const rangeOf = ({ number }: FoundLine) => ({
    first: Math.max(1, number - context.before),
    last: Math.min(lastNumber, number + context.after),
  });
  let texts = new Map<number, string>();

  async function readFrom(at: number, first: number): Promise<void> {
    let last = first;
    for (const line of found.slice(at)) {
      const range = rangeOf(line);
      const isNear = range.first <= last + 1 && range.last - first < linesAtOnce;
      if (!isNear) {
        break;
      }
      last = range.last;
    }
    const lines = await readLines(handle, index, { first, count: last - first + 1 });
    texts = new Map(lines.map((line) => [line.number, line.text]));
  }

  return async (at: number): Promise<{ before: string[]; after: string[] }> => {
    const line = found[at];
    if (line === undefined || (context.before === 0 && context.after === 0)) {
      return { before: [], after: [] };
    }
    const { first, last } = rangeOf(line);
    if (!texts.has(first) || !texts.has(last)) {
      await readFrom(at, first);
    }
    return { before: textsOf(texts, first, line.number - 1), after: textsOf(texts, line.number + 1, last) };
  };
}

function textsOf(texts: ReadonlyMap<number, string>, first: number, last: number): string[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => texts.get(first + at) ?? "");
}
