import type { FileHandle } from "node:fs/promises";
import { markLineBytes, parseMarks, type StderrMarks, stderrMarksPath } from "../stderr-marks.ts";
import { openIfThere } from "./read.ts";

/** Lines of the record read at once, at most: 2 MiB. */
const mostLines = 65_536;

/**
 * The marks of an output file that have a byte in [first, end), as many as one answer holds; null when its standard error
 * is not marked. Found by halving: the record is not read up to there.
 */
export async function readMarks(
  outputPath: string,
  range: { first: number; end: number; most?: number },
): Promise<StderrMarks | null> {
  const handle = await openIfThere(stderrMarksPath(outputPath));
  if (handle === null) {
    return null;
  }
  try {
    const lines = Math.floor((await handle.stat()).size / markLineBytes);
    // What is said of the whole stands in the last lines.
    const { isWhole, unmarkedFrom } = await linesOf(handle, Math.max(0, lines - 2), Math.min(lines, 2));
    const from = await firstLineReaching(handle, lines, range.first);
    const { marks } = await linesOf(handle, from, Math.min(lines - from, range.most ?? mostLines, mostLines));
    const marked = marks.filter((mark) => mark.first < range.end && range.first < range.end);
    return { marks: marked, isWhole, unmarkedFrom };
  } finally {
    await handle.close();
  }
}

/** The number of the first line, from 0, whose mark ends at the byte or behind it. */
async function firstLineReaching(handle: FileHandle, lines: number, byte: number): Promise<number> {
  let low = 0;
  let high = lines;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [mark] = (await linesOf(handle, middle, 1)).marks;
    if (mark !== undefined && mark.last < byte) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

async function linesOf(handle: FileHandle, from: number, count: number): Promise<StderrMarks> {
  const buffer = Buffer.alloc(count * markLineBytes);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from * markLineBytes);
  return parseMarks(buffer.toString("latin1", 0, bytesRead));
}
