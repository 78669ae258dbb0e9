import type { OutputStore } from "../../output/output.ts";
import { closingLines, markLine, parseMarks, type StderrMark } from "../../output/stderr-marks.ts";
import type { OutputMarks } from "../../store/output-marks.ts";
import type { AttemptKey } from "../../store/store.ts";
import type { Step } from "./shipped-output.ts";

/**
 * One attempt's record of what came from standard error, on its way from the file to the record, row by row.
 *
 * The record says how far it came: the last row there. That is asked after a start, and after each failure, when a row may
 * have been added without this process having heard so. A row with the same first byte is added again, which changes
 * nothing.
 *
 * A row that is short is read and added again with what came since, until it is worth a row of its own; so its last mark
 * may grow with it. What a mark grew after its row was left is a mark of the next row. Which marks there are is asked at
 * each look, whether or not there are new bytes: a mark is written after its bytes, which may have been sent by then.
 *
 * What lies in the range the cap removed is skipped, and taken back as far as it was sent: marks take up to 32 times the
 * bytes they are about.
 */
export type MarksSource = { output: Pick<OutputStore, "gap" | "stderrMarks">; marks: OutputMarks };

type Row = { firstByte: number; text: string };

/** With the last two lines, 64 KiB. */
const mostMarks = 2046;
const worthOneRowBytes = 4096;

export class ShippedMarks {
  readonly #key: AttemptKey;
  readonly #source: MarksSource;
  #isKnown: boolean;
  /** The last one in the record, while it may grow. */
  #row: Row | null = null;
  /** All marks before it are in the record, but for what the cap removed. */
  #end = 0;
  #isWhole = false;
  #gap: { first: number; last: number } | null = null;
  #sentBytes = 0;

  /** `isNew`: claimed just now, so nothing of it can be in the record. */
  constructor(key: AttemptKey, source: MarksSource, { isNew }: { isNew: boolean }) {
    this.#key = key;
    this.#source = source;
    this.#isKnown = isNew;
  }

  /** How much the record was given. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Adds the next row. `more`: others follow that begin before `end`. Throws when the file or the record does not answer. */
  async shipNext(end: number): Promise<Step> {
    await this.#findOut();
    if (!(await this.#noteGap())) {
      return "fenced";
    }
    if (this.#isWhole) {
      return "done";
    }
    const from = this.#row?.firstByte ?? this.#end;
    const range = { first: from, end: Number.MAX_SAFE_INTEGER, most: mostMarks + 1 };
    const found = await this.#source.output.stderrMarks(this.#key, range);
    if (found === null) {
      return "done";
    }
    const marks = inOrder(found.marks, from);
    const closing = found.isWhole && marks.length <= mostMarks ? closingLines(found.unmarkedFrom) : "";
    if (!(await this.#append(from, marks.slice(0, mostMarks), closing))) {
      return "fenced";
    }
    const next = marks[mostMarks];
    return next !== undefined && next.first < end ? "more" : "done";
  }

  async #findOut(): Promise<void> {
    if (!this.#isKnown) {
      const last = await this.#source.marks.last(this.#key);
      this.#end = last?.endByte ?? 0;
      this.#isWhole = last !== null && parseMarks(last.text).isWhole;
      this.#row = last !== null && isShort(last.text) ? last : null;
      this.#isKnown = true;
    }
  }

  /** Takes back what the cap removed and goes behind it. False when fenced. */
  async #noteGap(): Promise<boolean> {
    const gap = await this.#source.output.gap(this.#key);
    if (gap === null) {
      return true;
    }
    const isMoved = gap.first !== this.#gap?.first || gap.last !== this.#gap.last;
    if (isMoved && this.#end > gap.first) {
      if (!(await this.#source.marks.dropInside({ ...this.#key, gap }))) {
        return false;
      }
    }
    this.#gap = gap;
    if (this.#end >= gap.first && this.#end <= gap.last && !this.#isWhole) {
      this.#end = gap.last + 1;
      this.#row = null;
    }
    return true;
  }

  /** Adds the row of these marks, or lets the last one grow to them; nothing where nothing is new. False when fenced. */
  async #append(from: number, marks: StderrMark[], closing: string): Promise<boolean> {
    const text = marks.map(markLine).join("") + closing;
    const endByte = (marks.at(-1)?.last ?? from - 1) + 1;
    // A file that lost its last lines with the machine's power has fewer than the record.
    if (text === (this.#row?.text ?? "") || endByte < this.#end) {
      return true;
    }
    const firstByte = this.#row?.firstByte ?? marks[0]?.first ?? from;
    this.#isKnown = false;
    if (!(await this.#source.marks.append({ ...this.#key, firstByte, endByte, text }))) {
      return false;
    }
    this.#isKnown = true;
    this.#sentBytes += text.length;
    this.#row = isShort(text) ? { firstByte, text } : null;
    this.#end = endByte;
    this.#isWhole = closing !== "";
    return true;
  }
}

function isShort(text: string): boolean {
  return text.length < worthOneRowBytes;
}

/** From the byte on, each behind the one before it, whatever somebody wrote into the file. */
function inOrder(marks: readonly StderrMark[], from: number): StderrMark[] {
  const ordered: StderrMark[] = [];
  let next = from;
  for (const mark of marks) {
    const first = Math.max(mark.first, next);
    if (mark.last >= first) {
      ordered.push({ first, last: mark.last });
      next = mark.last + 1;
    }
  }
  return ordered;
}
