import type { AttemptRef } from "../output.ts";

/** Some lines in a row of a record of marks, and which bytes of the output those span. */
export type MarksRow = { firstByte: number; endByte: number; text: string };

/** Where marks come from that another machine has brought there: the record. */
export type MarkSource = {
  /** The last row; null when nothing is marked. */
  last(of: AttemptRef): Promise<MarksRow | null>;
  /** The next rows with marks in [first, end), in order; `isMore`: go on from where the last one ends. */
  list(page: AttemptRef & { first: number; end: number }): Promise<{ rows: MarksRow[]; isMore: boolean }>;
};
