import { controlSequence } from "./control-sequence.ts";

/**
 * How far a program says it has come, found in what it writes. Two ways of saying it count:
 *
 *   - the sequence ESC ] 9 ; 4 ; STATE ; PERCENT, ended by BEL or ESC \: 1 normal, 2 failed, 4 waiting (with a percentage,
 *     else as before), 3 busy without a measure, 0 no progress any more;
 *   - a percentage in a line that is written over: one that begins or ends with a carriage return (most programs write it
 *     first: `\r##### 76.7%`; so their last line ends with a line feed), or with the sequence that goes to the first column.
 *
 * In a line a percentage counts at its end, or before what programs put behind it: a bar (wget, tqdm, apt), a count in
 * parentheses (git), an amount of bytes (rsync, scp), `of` (yt-dlp), `ETA` (pv), `done`. Any other may be anything: the
 * load of a processor, the fill of a disk. A usual line is never looked at, also not one that ends with CR LF, as all lines
 * from a terminal do. What was said last wins. curl's default meter has no percent sign, and pip and dd no percentage.
 */

/** 0 to 1; null: none any more, or none that can be told. */
export type Progress = number | null;

/** A longer line is not one that shows progress. */
const longestLine = 1024;

// Written as text: the linter takes a control character in a regular expression for a mistake.
const oscEnd = String.raw`(?:\x07|\x1b\\)`;
const osc = String.raw`\x1b\]9;4;([0-4])(?:;(\d{0,3}))?;?${oscEnd}`;
const firstColumn = String.raw`\x1b\[[01]?G`;
const token = new RegExp(`${osc}|${firstColumn}|\\r\\n|\\r|\\n`, "g");
const oscs = new RegExp(osc, "g");
const sequences = new RegExp(String.raw`\x1b\][^\x07\x1b]*${oscEnd}|${controlSequence}`, "g");
const percentage = /(?<![\w.,%-])(\d{1,3}(?:\.\d{1,9})?) ?%/g;
const follower = /^[ \t]*(?:$|[[|]|\(\d+\/\d+\)|of |\d[\d.,]* ?[kKMGTP]?i?B\b|eta\b|done\b)/i;

/** Reads one attempt's output, piece by piece. */
export class ProgressParser {
  #carry = "";
  /** The unfinished line began with a carriage return. */
  #isRedrawn = false;
  /** The beginning of the unfinished line was not seen. */
  #isCut = false;
  /** A sequence stands in the unfinished line: it is surer than a percentage beside it. */
  #hasSequence = false;

  /**
   * What the next bytes say last; undefined when nothing. Of the line they end in nothing is taken yet, because it may go
   * on. `isContinued`: they follow what was read before, without a gap.
   */
  read(bytes: Buffer, { isContinued }: { isContinued: boolean }): Progress | undefined {
    if (!isContinued) {
      this.#carry = "";
      this.#isRedrawn = false;
      this.#isCut = true;
      this.#hasSequence = false;
    }
    // Every byte is a character: what counts is ASCII, and no other byte of UTF-8 looks like that.
    const text = this.#carry + bytes.toString("latin1");
    let latest: Progress | undefined;
    let lineStart = 0;
    for (const match of text.matchAll(token)) {
      const [found, state, percent] = match;
      if (state !== undefined) {
        const said = ofState(state, percent);
        latest = said === undefined ? latest : said;
        this.#hasSequence ||= said !== undefined;
        continue;
      }
      const end = match.index + found.length;
      if (found === "\r" && end === text.length) {
        break;
      }
      const isReturn = !found.endsWith("\n");
      if (isReturn || this.#isRedrawn) {
        latest = this.#ofLine(text.slice(lineStart, match.index)) ?? latest;
      }
      this.#isRedrawn = isReturn;
      this.#isCut = false;
      this.#hasSequence = false;
      lineStart = end;
    }
    this.#keep(text.slice(lineStart));
    return latest;
  }

  /** Nothing has come for a while: what the unfinished line says. It may still go on. */
  rest(): Progress | undefined {
    const isWrittenOver = this.#isRedrawn || this.#carry.endsWith("\r");
    return isWrittenOver ? this.#ofLine(this.#carry.replace(/\r$/, "")) : undefined;
  }

  #ofLine(line: string): number | undefined {
    const isTooLong = line.length > longestLine;
    return this.#isCut || this.#hasSequence || isTooLong ? undefined : percentageIn(line);
  }

  #keep(line: string): void {
    // Sequences that were read must not be read again; the beginning of one that is not complete stays.
    const carry = line.replace(oscs, "");
    this.#isCut ||= carry.length > longestLine;
    this.#carry = carry.slice(-longestLine);
  }
}

/** Undefined when it changes nothing. */
function ofState(state: string, percent: string | undefined): Progress | undefined {
  if (state === "0" || state === "3") {
    return null;
  }
  return percent === undefined || percent === "" ? undefined : Math.min(Number(percent), 100) / 100;
}

/** 0 to 1. One at the end of the line goes before all others, else the first that counts. */
function percentageIn(line: string): number | undefined {
  const plain = line.replace(sequences, "");
  let first: number | undefined;
  for (const match of plain.matchAll(percentage)) {
    const behind = plain.slice(match.index + match[0].length);
    const isLast = behind.trim() === "";
    const percent = Number(match[1]);
    if (percent <= 100 && follower.test(behind)) {
      first = isLast ? percent : (first ?? percent);
    }
  }
  return first === undefined ? undefined : Math.round(first * 100) / 10_000;
}
