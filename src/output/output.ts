import type { SearchQuery } from "./search-query.ts";
import type { StderrMarks } from "./stderr-marks.ts";

/**
 * One attempt's bytes. The process writes its own file; this folder only reads it, shortens it when it grows beyond
 * the cap, and tells when it has grown. Offsets count the bytes the process wrote, also after the cap removed some.
 */
export type Gap = { first: number; last: number };

export type OutputLine = { number: number; offset: number; text: string };

/** A line that matches; `before` and `after` are the texts of the lines around it. */
export type SearchMatch = {
  number: number;
  offset: number;
  /** The line as pages of lines show it; of one whose match lies behind what they show, the part around the match. */
  text: string;
  /** Offset of the text's first byte: the line's, unless the text is such a part. */
  textOffset: number;
  /** The first match, as positions in the text. */
  matchStart: number;
  matchEnd: number;
  before: string[];
  after: string[];
};

/** `total` counts the matching lines of the whole output; `isTruncated`: more of them follow the last one shown. */
export type SearchResult = { matches: SearchMatch[]; total: number; isTruncated: boolean; gap: Gap | null };

/** A search took too long, as a regular expression can. */
export class SearchGivenUp extends Error {
  override readonly name = "SearchGivenUp";
  readonly seconds: number;
  constructor(seconds: number) {
    super(`The search was given up after ${seconds} s.`);
    this.seconds = seconds;
  }
}

export type OutputStore = {
  /** Path of the file an attempt writes to; its folder exists after the call. */
  prepare(attempt: AttemptRef): string;
  /** Whether there is a file of it. */
  isThere(attempt: AttemptRef): Promise<boolean>;
  /** Bytes written so far; 0 when there is no file (yet, or any more). */
  size(attempt: AttemptRef): Promise<number>;
  /** Its first bytes, 64 at most; none when there is no file. A few microseconds, in place. */
  beginning(attempt: AttemptRef): Buffer;
  /** The range the cap removed so far, or null. Found from the file itself, so that it is true after any crash. */
  gap(attempt: AttemptRef): Promise<Gap | null>;
  /**
   * The bytes [first, end) that are there, in order, in pieces of at most 256 KiB; what the cap removed is left out.
   * Memory use does not depend on the size. The consumer's pace is kept (it is an async generator).
   */
  read(attempt: AttemptRef, range: { first: number; end: number }): AsyncGenerator<{ offset: number; data: Buffer }>;
  /**
   * Which of the bytes [first, end) came from standard error, in order: those from `first` on, `most` at most. Null when the
   * attempt's standard error is not marked (or it has not begun).
   */
  stderrMarks(attempt: AttemptRef, range: { first: number; end: number; most?: number }): Promise<StderrMarks | null>;
  /**
   * A page of numbered lines from a 1-based number (negative: from the end), without loading the file. It is shorter
   * than `count` at the end of the file, and after 8 MiB of text: go on from the last line's number plus one.
   */
  lines(
    attempt: AttemptRef,
    page: { from: number; count: number },
  ): Promise<{ lines: OutputLine[]; total: number; gap: Gap | null }>;
  /**
   * The lines that match, numbered as `lines` does with the same gap; those written up to now. Runs beside the event
   * loop; null when the signal aborted. Fewer matches than the limit come when their text is too much for one answer.
   * Throws SearchGivenUp, and the engine's SyntaxError for a regular expression that is none.
   */
  search(attempt: AttemptRef, query: SearchQuery, signal: AbortSignal): Promise<SearchResult | null>;
  /**
   * The bytes from the offset on, as they are written, until `ended` resolves and everything is delivered, or the
   * signal aborts. A range the cap removed is skipped: the next piece's offset says so.
   */
  follow(
    attempt: AttemptRef,
    options: { offset: number; ended: Promise<unknown>; signal: AbortSignal },
  ): AsyncGenerator<{ offset: number; data: Buffer }>;
  /** Punches out the middle of a file that has outgrown the cap. Answers the gap in force afterwards, null for none. */
  cap(attempt: AttemptRef, capBytes: number): Promise<Gap | null>;
  /** Why files cannot be kept below the cap, as a sentence to show; null when they can, as far as was tried. */
  capProblem(): string | null;
  remove(attempt: AttemptRef): Promise<void>;
  close(): void;
};

export type AttemptRef = { taskId: number; attempt: number };
