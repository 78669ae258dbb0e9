/**
 * One attempt's bytes. The process writes its own file; this folder only reads it, shortens it when it grows beyond
 * the cap, and tells when it has grown. Offsets count the bytes the process wrote, also after the cap removed some.
 */
export type Gap = { first: number; last: number };

export type OutputLine = { number: number; offset: number; text: string };

export type OutputStore = {
  /** Path of the file an attempt writes to; its folder exists after the call. */
  prepare(attempt: AttemptRef): string;
  /** Bytes written so far; 0 when there is no file (yet, or any more). */
  size(attempt: AttemptRef): Promise<number>;
  /** The range the cap removed so far, or null. Found from the file itself, so that it is true after any crash. */
  gap(attempt: AttemptRef): Promise<Gap | null>;
  /**
   * The bytes [first, end) that are there, in order, in pieces of at most 256 KiB; what the cap removed is left out.
   * Memory use does not depend on the size. The consumer's pace is kept (it is an async generator).
   */
  read(attempt: AttemptRef, range: { first: number; end: number }): AsyncGenerator<{ offset: number; data: Buffer }>;
  /**
   * A page of numbered lines from a 1-based number (negative: from the end), without loading the file. It is shorter
   * than `count` at the end of the file, and after 8 MiB of text: go on from the last line's number plus one.
   */
  lines(
    attempt: AttemptRef,
    page: { from: number; count: number },
  ): Promise<{ lines: OutputLine[]; total: number; gap: Gap | null }>;
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
