import type { FileHandle } from "node:fs/promises";
import type { OutputLine } from "../output.ts";
import { type LineIndex, markAfterOffset, markBeforeLine } from "./line-index.ts";

/** `shownEnd` is the offset behind the bytes the text was made of. */
export type ShownLine = OutputLine & { shownEnd: number };

/** Longest line shown; the rest of it is left out. */
export const shownLineBytes = 64 * 1024;
/** Larger than a line that is shown whole and its line end. */
const chunkBytes = 128 * 1024;
/** A page ends early after so much, so that 5000 long lines do not become 300 MiB of text. */
export const pageBytes = 8 * 1024 * 1024;
const lineBreak = 10;
const carriageReturn = 13;

/** Lines from a number on, as far as the index counted them: `count`, or fewer when they are very long. */
export async function readLines(
  handle: FileHandle,
  index: LineIndex,
  page: { first: number; count: number },
): Promise<ShownLine[]> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const lines: ShownLine[] = [];
  let textBytes = 0;
  let { offset, number } = markBeforeLine(index, page.first);

  function isFull(): boolean {
    return lines.length >= page.count || textBytes >= pageBytes;
  }
  function add(bytes: Buffer, lineOffset: number): void {
    if (number >= page.first) {
      const text = lineText(bytes);
      textBytes += text.length;
      lines.push({ number, offset: lineOffset, text, shownEnd: lineOffset + bytes.length });
    }
    number += 1;
  }

  // At the top of the loop, offset is always where a line starts (or the gap, or the end).
  while (offset < index.position && !isFull()) {
    const gap = index.gap;
    if (gap !== null && offset >= gap.first && offset <= gap.last) {
      offset = gap.last + 1;
      continue;
    }
    const end = gap !== null && offset < gap.first ? gap.first : index.position;
    const { bytesRead } = await handle.read(buffer, 0, Math.min(chunkBytes, end - offset), offset);
    if (bytesRead === 0) {
      break;
    }
    const chunk = buffer.subarray(0, bytesRead);
    let used = 0;
    for (;;) {
      const at = chunk.indexOf(lineBreak, used);
      if (at < 0 || isFull()) {
        break;
      }
      add(chunk.subarray(used, at + 1), offset + used);
      used = at + 1;
    }
    if (used > 0) {
      offset += used;
    } else {
      add(chunk, offset);
      offset = offset + bytesRead === end ? end : Math.min(end, markAfterOffset(index, offset) ?? end);
    }
  }
  return lines;
}

/** The text of a line given with its line end if it has one; what is not UTF-8 becomes U+FFFD. */
export function lineText(bytes: Buffer): string {
  let end = bytes.length;
  if (bytes[end - 1] === lineBreak) {
    end -= bytes[end - 2] === carriageReturn ? 2 : 1;
  }
  if (end <= shownLineBytes) {
    return bytes.toString("utf8", 0, end);
  }
  // Streaming, the decoder keeps a character that is cut for a next piece that never comes, instead of garbling it.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, shownLineBytes), { stream: true });
}
