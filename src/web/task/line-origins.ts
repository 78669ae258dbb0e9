import type { StderrMarks } from "../../contract/index.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";

/**
 * Which lines of an output came from standard error. Marks are ranges of bytes; they are fetched in blocks of the output, all
 * of one size, of those blocks alone that have bytes of lines in sight.
 */
export type LineOrigin = "stdout" | "stderr" | "both";

/** Bytes of an output, `end` not included. */
export type ByteRange = { first: number; end: number };
type Marks = StderrMarks["marks"];

const leastBlockBytes = 64 * 1024;
/** A line is in so many blocks at most, and one more. */
const mostBlocksOfLine = 4;

/** The bytes of a line. `end` is where the output ends, as far as it is there: the last line may still grow. */
export function bytesOfLine(lines: readonly BufferedLine[], index: number, end: number | null): ByteRange {
  const line = lines[index];
  if (line === undefined) {
    return { first: 0, end: 0 };
  }
  const next = lines[index + 1];
  if (next !== undefined && isNextTo(line, next)) {
    return { first: line.offset, end: next.offset };
  }
  if (next === undefined && end !== null) {
    return { first: line.offset, end: Math.max(end, line.offset) };
  }
  return { first: line.offset, end: line.offset + Math.max(1, new TextEncoder().encode(line.text).length) };
}

/** Lines of a list of matches have others between them. */
function isNextTo(line: BufferedLine, next: BufferedLine): boolean {
  return next.gapBytes > 0 || line.number === null || next.number === line.number + 1;
}

/** The size of the blocks to fetch: the longer the longest of the lines, the larger. */
export function blockBytesFor(ranges: readonly ByteRange[]): number {
  const longest = Math.max(0, ...ranges.map(({ first, end }) => end - first));
  let bytes = leastBlockBytes;
  while (bytes * mostBlocksOfLine < longest) {
    bytes *= 2;
  }
  return bytes;
}

/** The numbers of the blocks that have bytes of the ranges, ascending. */
export function blocksOf(ranges: readonly ByteRange[], blockBytes: number): number[] {
  const blocks = new Set<number>();
  for (const { first, end } of ranges) {
    for (let block = Math.floor(first / blockBytes); block * blockBytes < end; block += 1) {
      blocks.add(block);
    }
  }
  return [...blocks].sort((a, b) => a - b);
}

/** What a line is by the marks of its blocks; null while one of them is not known. An empty range is of standard output. */
export function originOf(
  range: ByteRange,
  marksOf: (block: number) => Marks | undefined,
  blockBytes: number,
): LineOrigin | null {
  let marked = 0;
  for (const block of blocksOf([range], blockBytes)) {
    const marks = marksOf(block);
    if (marks === undefined) {
      return null;
    }
    const first = Math.max(range.first, block * blockBytes);
    marked += markedBytes(marks, { first, end: Math.min(range.end, (block + 1) * blockBytes) });
  }
  if (marked === 0) {
    return "stdout";
  }
  return marked === range.end - range.first ? "stderr" : "both";
}

function markedBytes(marks: Marks, { first, end }: ByteRange): number {
  let bytes = 0;
  for (let index = firstReaching(marks, first); index < marks.length; index += 1) {
    const mark = marks[index];
    if (mark === undefined || mark.first >= end) {
      break;
    }
    bytes += Math.min(mark.last + 1, end) - Math.max(mark.first, first);
  }
  return bytes;
}

/** The index of the first mark that ends at the byte or behind it. */
function firstReaching(marks: Marks, byte: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((marks[middle]?.last ?? byte) < byte) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
