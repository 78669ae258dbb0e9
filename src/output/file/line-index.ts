import type { FileHandle } from "node:fs/promises";
import type { Gap } from "../output.ts";
import { countLineBreaks } from "./count-line-breaks.ts";
import { readGap, toGap } from "./gap-record.ts";

/**
 * Where lines begin in one file: a sparse index, extended from where it stopped as the file grows.
 *
 * Numbering. A line ends at its line break. The range that the cap removed counts as no lines and ends the line before
 * it, so what follows the gap goes on with the next number, beginning in the middle of a line. Numbers are therefore
 * those of the lines that are there, without holes, and stay the same from page to page; only when the gap moves do
 * the lines after it get other numbers (those before it never). A page says the gap it was made with, so a reader can
 * tell. Counting the removed lines too would keep numbers still, but a flood is removed faster than it can be counted.
 *
 * Marks are set at the first line start at least `markBytes` after the one before, not each so many lines: that bounds
 * both their number (16 for each MiB, even of empty lines) and the bytes to go through from a mark to a line. It also
 * means that after a line longer than `markBytes` there is always a mark, so its end need not be looked for.
 *
 * When the gap moves, everything from its first byte on is forgotten and scanned again behind it: the last byte scanned
 * never moves back, so a scan comes to its end however often the cap strikes meanwhile.
 */
export type LineIndex = {
  inode: number;
  gap: Gap | null;
  markOffsets: number[];
  markNumbers: number[];
  /** Bytes before it are counted. */
  position: number;
  /** Number and offset of the line `position` is in; at its start, the line has no byte yet. */
  number: number;
  lineStart: number;
};

/** Bytes in a row, with their offset and the number of the line that the first of them is in. */
export type CountedChunk = { bytes: Buffer; offset: number; number: number };

const markBytes = 64 * 1024;
const scanBytes = 1024 * 1024;

/** An index of nothing, to be extended. */
export function createLineIndex(): LineIndex {
  return { inode: 0, gap: null, markOffsets: [0], markNumbers: [1], position: 0, number: 1, lineStart: 0 };
}

/**
 * Counts the lines written since the last call. One call at a time for an index; the event loop runs in between. `see` is
 * shown each chunk once it is counted; when the gap moved, some come again. Its bytes are overwritten by the next one.
 */
export async function extendLineIndex(
  index: LineIndex,
  handle: Pick<FileHandle, "read" | "stat">,
  path: string,
  see?: (chunk: CountedChunk) => void,
): Promise<void> {
  const { size, ino } = await handle.stat();
  if (ino !== index.inode || size < index.position) {
    Object.assign(index, createLineIndex(), { inode: ino });
  }
  adoptGap(index, toGap(await readGap(path)));
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(scanBytes, size - index.position)));
  while (index.position < size) {
    const gap = index.gap;
    if (gap !== null && index.position === gap.first) {
      goBehindGap(index, gap);
      continue;
    }
    const end = gap !== null && index.position < gap.first ? Math.min(gap.first, size) : size;
    const length = Math.min(buffer.length, end - index.position);
    const { bytesRead } = await handle.read(buffer, 0, length, index.position);
    if (bytesRead === 0) {
      return;
    }
    const isStill = !adoptGap(index, toGap(await readGap(path)));
    if (isStill) {
      const chunk = { bytes: buffer.subarray(0, bytesRead), offset: index.position, number: index.number };
      countChunk(index, chunk.bytes);
      see?.(chunk);
    }
  }
}

/** Lines counted so far; an unfinished last one counts. */
export function lineTotal(index: LineIndex): number {
  return index.lineStart < index.position ? index.number : index.number - 1;
}

/** The last known line start at or before a line. */
export function markBeforeLine(index: LineIndex, number: number): { offset: number; number: number } {
  return markAt(index, lastNotAbove(index.markNumbers, number));
}

/** The first known line start behind an offset, null when there is none. */
export function markAfterOffset(index: LineIndex, offset: number): number | null {
  return index.markOffsets[lastNotAbove(index.markOffsets, offset) + 1] ?? null;
}

/** Takes over the gap in force; true when it moved, so that bytes read before may not be what was written. */
function adoptGap(index: LineIndex, gap: Gap | null): boolean {
  if (gap?.first === index.gap?.first && gap?.last === index.gap?.last) {
    return false;
  }
  index.gap = gap;
  const firstInDoubt = gap?.first ?? 0;
  if (index.position > firstInDoubt) {
    const last = lastNotAbove(index.markOffsets, firstInDoubt);
    const mark = markAt(index, last);
    index.markOffsets.length = last + 1;
    index.markNumbers.length = last + 1;
    index.position = mark.offset;
    index.number = mark.number;
    index.lineStart = mark.offset;
  }
  return true;
}

function goBehindGap(index: LineIndex, gap: Gap): void {
  if (index.lineStart < index.position) {
    index.number += 1;
  }
  index.position = gap.last + 1;
  index.lineStart = index.position;
  addMark(index);
}

function countChunk(index: LineIndex, chunk: Buffer): void {
  const chunkOffset = index.position;
  let counted = 0;
  for (;;) {
    const lastMark = index.markOffsets.at(-1) ?? 0;
    const earliestBreak = Math.max(counted, lastMark + markBytes - 1 - chunkOffset);
    const lineBreak = earliestBreak < chunk.length ? chunk.indexOf(10, earliestBreak) : -1;
    const end = lineBreak < 0 ? chunk.length : lineBreak + 1;
    index.number += countLineBreaks(chunk, counted, end);
    counted = end;
    if (lineBreak < 0) {
      break;
    }
    index.lineStart = chunkOffset + end;
    addMark(index);
  }
  const lastBreak = chunk.lastIndexOf(10);
  if (lastBreak >= 0) {
    index.lineStart = chunkOffset + lastBreak + 1;
  }
  index.position = chunkOffset + chunk.length;
}

function addMark(index: LineIndex): void {
  index.markOffsets.push(index.lineStart);
  index.markNumbers.push(index.number);
}

function markAt(index: LineIndex, at: number): { offset: number; number: number } {
  return { offset: index.markOffsets[at] ?? 0, number: index.markNumbers[at] ?? 1 };
}

/** Position of the last value that is not above the limit, in ascending values of which the first never is. */
function lastNotAbove(values: number[], limit: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((values[middle] ?? 0) <= limit) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}
