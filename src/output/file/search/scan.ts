import type { FileHandle } from "node:fs/promises";
import type { Gap } from "../../output.ts";
import { countLineBreaks } from "../count-line-breaks.ts";
import { type CountedChunk, createLineIndex, extendLineIndex, type LineIndex } from "../line-index.ts";
import type { Matcher } from "./matcher.ts";

/** A line that matches, and its first match, by offsets in the file. */
export type FoundLine = { number: number; offset: number; matchAt: number; matchEnd: number };

/** `isMore`: more lines match behind those in `found`. */
export type Scan = { found: FoundLine[]; total: number; isMore: boolean; index: LineIndex };

export type ScanOptions = {
  /** What is found is the first `limit` matching lines from this number on; all others are counted only. */
  from: number;
  limit: number;
  /** Called after each chunk. */
  onProgress: () => void;
};

/** The cap removed bytes that were looked at already. */
export class Overtaken extends Error {}

/** A line whose end is not seen yet; `bytes` of it, from `partOffset` on, are gathered. */
type OpenLine = {
  number: number;
  offset: number;
  partOffset: number;
  pieces: Buffer[];
  bytes: number;
  hasMatched: boolean;
};

const lineBreak = 10;
/** Longer lines are searched part by part. */
const partBytes = 16 * 1024 * 1024;
/** How much a part repeats of the one before it: more than the longest text that can be searched for. */
const repeatedBytes = 64 * 1024;

/**
 * Goes through a file once, from its start to the end it has at the first look, and finds the lines that match.
 *
 * Lines are counted by the index that numbers pages of lines, so that both always agree. The whole lines of a chunk are
 * searched where they lie; one that goes on behind its chunk is gathered, since a regular expression has to see all of
 * it. Of a line longer than `partBytes` it sees one part at a time: a match longer than what parts share may be missed,
 * and `$` may hold at the end of a part. Memory does not depend on the size of file or lines.
 *
 * When the cap removes bytes that were looked at, their matches are gone and later lines have other numbers: this fails
 * with `Overtaken`, and the caller begins anew. That comes to an end under any flood if the caller keeps to the first
 * look's `size`: the gap moves towards it, and once it is reached only the head is left, which the cap never touches.
 */
export async function scanLines(
  file: { handle: FileHandle; path: string; size: number; inode: number },
  matcher: Matcher,
  options: ScanOptions,
): Promise<Scan> {
  const scan = new LineScan(matcher, options);
  const fileUpToSize = {
    read: file.handle.read.bind(file.handle),
    stat: async () => ({ size: file.size, ino: file.inode }),
  } as unknown as FileHandle;
  await extendLineIndex(scan.index, fileUpToSize, file.path, (chunk) => scan.see(chunk));
  return scan.finish();
}

class LineScan {
  readonly index = createLineIndex();
  readonly #matcher: Matcher;
  readonly #options: ScanOptions;
  readonly #found: FoundLine[] = [];
  #total = 0;
  #isMore = false;
  #seenEnd = 0;
  /** In force at the last look. */
  #gap: Gap | null = null;
  #open: OpenLine | null = null;

  constructor(matcher: Matcher, options: ScanOptions) {
    this.#matcher = matcher;
    this.#options = options;
  }

  see({ bytes, offset, number }: CountedChunk): void {
    this.#refuseOvertaken(offset);
    if (offset > this.#seenEnd) {
      // The gap ends the line before it.
      this.#endOpenLine();
    }
    this.#seenEnd = offset + bytes.length;
    let at = 0;
    let firstNumber = number;
    if (this.#open !== null) {
      at = bytes.indexOf(lineBreak) + 1;
      this.#gather(this.#open, at === 0 ? bytes : bytes.subarray(0, at));
      if (at > 0) {
        this.#endOpenLine();
        firstNumber += 1;
      }
    }
    if (this.#open === null) {
      this.#seeLines(bytes.subarray(at), offset + at, firstNumber);
    }
    this.#options.onProgress();
  }

  finish(): Scan {
    this.#refuseOvertaken(this.#seenEnd);
    this.#endOpenLine();
    return { found: this.#found, total: this.#total, isMore: this.#isMore, index: this.index };
  }

  /** The gap may have gone over what was seen in one leap, so that the index never came back to it. */
  #refuseOvertaken(offset: number): void {
    const { gap } = this.index;
    const isOverSeen = gap !== null && gap !== this.#gap && gap.first < this.#seenEnd;
    if (isOverSeen || offset < this.#seenEnd) {
      throw new Overtaken();
    }
    this.#gap = gap;
  }

  /** Bytes that begin with a line: searches the whole lines, and opens the one behind them. */
  #seeLines(bytes: Buffer, offset: number, firstNumber: number): void {
    const end = bytes.lastIndexOf(lineBreak) + 1;
    if (end > 0) {
      this.#searchLines(bytes.subarray(0, end), offset, firstNumber);
    }
    if (end < bytes.length) {
      const { number, lineStart } = this.index;
      this.#open = { number, offset: lineStart, partOffset: lineStart, pieces: [], bytes: 0, hasMatched: false };
      this.#gather(this.#open, bytes.subarray(end));
    }
  }

  #searchLines(block: Buffer, offset: number, firstNumber: number): void {
    let number = firstNumber;
    let counted = 0;
    // Before the first line that can be shown nobody needs to know where the matches are.
    const isShown = this.index.number >= this.#options.from;
    this.#total += this.#matcher(block, { isContinued: false, isShown }, ({ lineAt, matchAt, matchEnd }) => {
      number += countLineBreaks(block, counted, lineAt);
      counted = lineAt;
      return this.#note({
        number,
        offset: offset + lineAt,
        matchAt: offset + matchAt,
        matchEnd: offset + matchEnd,
      });
    });
  }

  #gather(line: OpenLine, bytes: Buffer): void {
    line.pieces.push(Buffer.from(bytes));
    line.bytes += bytes.length;
    if (line.bytes >= partBytes) {
      const part = this.#searchPart(line);
      const repeated = part.subarray(part.length - repeatedBytes);
      line.partOffset += part.length - repeated.length;
      line.pieces = [Buffer.from(repeated)];
      line.bytes = repeated.length;
    }
  }

  #endOpenLine(): void {
    if (this.#open !== null) {
      this.#searchPart(this.#open);
      this.#open = null;
    }
  }

  #searchPart(line: OpenLine): Buffer {
    const part = Buffer.concat(line.pieces);
    if (!line.hasMatched) {
      const { number, offset, partOffset } = line;
      const look = { isContinued: partOffset > offset, isShown: true };
      const count = this.#matcher(part, look, ({ matchAt, matchEnd }) =>
        this.#note({ number, offset, matchAt: partOffset + matchAt, matchEnd: partOffset + matchEnd }),
      );
      line.hasMatched = count > 0;
      this.#total += count;
    }
    return part;
  }

  /** Keeps a matching line if it is to be shown. Answers whether the place of the next one matters. */
  #note(line: FoundLine): boolean {
    if (line.number >= this.#options.from) {
      if (this.#found.length === this.#options.limit) {
        this.#isMore = true;
        return false;
      }
      this.#found.push(line);
    }
    return true;
  }
}
