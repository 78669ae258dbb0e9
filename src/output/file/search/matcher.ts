import { type SearchQuery, searchExpression } from "../../search-query.ts";
import { byteOfUnit } from "./characters.ts";

/** A line that matches: where it begins in the block, and where its first match is. */
export type LineMatch = { lineAt: number; matchAt: number; matchEnd: number };

/**
 * Finds the lines that match in a block of whole lines, of which the last may have no line end. Answers how many there
 * are. If `isShown`, calls back with each until the answer is false. `isContinued`: the first line began before the block.
 */
export type Matcher = (
  block: Buffer,
  look: { isContinued: boolean; isShown: boolean },
  onMatch: (match: LineMatch) => boolean,
) => number;

const lineBreak = 10;
const carriageReturn = "\r";

/** The fastest way to look for this: bytes where they decide, else a regular expression on text. */
export function createMatcher(query: SearchQuery): Matcher {
  const expression = searchExpression(query);
  return expression === null ? literalMatcher(Buffer.from(query.text)) : regexMatcher(expression);
}

/** UTF-8 needs no decoding to be searched: no character's bytes are part of another's. */
function literalMatcher(needle: Buffer): Matcher {
  let isDense = false;
  return (block, look, onMatch) => {
    let count = 0;
    let { isShown } = look;
    let matchAt = block.indexOf(needle);
    while (matchAt >= 0 && (isShown || !isDense)) {
      count += 1;
      if (isShown) {
        const lineAt = matchAt === 0 ? 0 : block.lastIndexOf(lineBreak, matchAt - 1) + 1;
        isShown = onMatch({ lineAt, matchAt, matchEnd: matchAt + needle.length });
      }
      const end = block.indexOf(lineBreak, matchAt + needle.length);
      matchAt = end < 0 ? -1 : block.indexOf(needle, end + 1);
    }
    if (matchAt >= 0) {
      count += countMatchingLines(block, needle, matchAt);
    }
    isDense = count * bytesPerMatchWhereDense > block.length;
    return count;
  };
}

/** Each call of indexOf costs some 30 ns: with matches closer than this, a plain loop over the bytes is faster. */
const bytesPerMatchWhereDense = 64;

function countMatchingLines(block: Buffer, needle: Buffer, from: number): number {
  const [first] = needle;
  const lastStart = block.length - needle.length;
  let count = 0;
  let at = from;
  while (at <= lastStart) {
    if (block[at] === first && isAt(block, needle, at)) {
      count += 1;
      at += needle.length;
      while (at < block.length && block[at] !== lineBreak) {
        at += 1;
      }
    } else {
      at += 1;
    }
  }
  return count;
}

function isAt(block: Buffer, needle: Buffer, at: number): boolean {
  for (let index = 1; index < needle.length; index += 1) {
    if (block[at + index] !== needle[index]) {
      return false;
    }
  }
  return true;
}

/**
 * Each line is matched alone: in a whole block `\s`, `[^x]` and lookarounds would see across line breaks. A line that
 * began before the block is looked at from its second character on, where `^` knows that it is not at the start.
 */
function regexMatcher(expression: RegExp): Matcher {
  return (block, look, onMatch) => {
    const text = block.toString("utf8");
    const places = new LinePlaces(block);
    let count = 0;
    let { isShown } = look;
    let ordinal = 0;
    for (let at = 0; at < text.length; ordinal += 1) {
      const lineBreakAt = text.indexOf("\n", at);
      const line = text.slice(at, lineBreakAt < 0 ? text.length : textEnd(text, at, lineBreakAt));
      at = lineBreakAt < 0 ? text.length : lineBreakAt + 1;
      expression.lastIndex = look.isContinued && ordinal === 0 ? 1 : 0;
      if (!isShown) {
        count += expression.test(line) ? 1 : 0;
        continue;
      }
      const found = expression.exec(line);
      if (found !== null) {
        count += 1;
        isShown = onMatch(places.of(ordinal, found));
      }
    }
    return count;
  };
}

function textEnd(text: string, lineAt: number, lineBreakAt: number): number {
  return lineBreakAt > lineAt && text[lineBreakAt - 1] === carriageReturn ? lineBreakAt - 1 : lineBreakAt;
}

/** From places in the decoded text to places in the block; asked for lines in their order. */
class LinePlaces {
  readonly #block: Buffer;
  #ordinal = 0;
  #lineAt = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  of(ordinal: number, found: RegExpExecArray): LineMatch {
    while (this.#ordinal < ordinal) {
      this.#lineAt = this.#block.indexOf(lineBreak, this.#lineAt) + 1;
      this.#ordinal += 1;
    }
    const line = this.#block.subarray(this.#lineAt);
    const matchAt = byteOfUnit(line, found.index);
    const matchEnd = matchAt + byteOfUnit(line.subarray(matchAt), found[0].length);
    return { lineAt: this.#lineAt, matchAt: this.#lineAt + matchAt, matchEnd: this.#lineAt + matchEnd };
  }
}
