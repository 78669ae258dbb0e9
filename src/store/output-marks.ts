import type { AttemptKey } from "./store.ts";

/** Some lines in a row of the record a node keeps of which bytes of an output came from standard error. */
export type MarksRow = {
  /** Where the marks of its lines begin in the output. Of a row without marks: where those before it end. */
  firstByte: number;
  /** Where they end, not included. */
  endByte: number;
  /** The lines as they are, 64 KiB at most. */
  text: string;
};

/** Which bytes attempts wrote to standard error, as far as their nodes have brought it here; beside the blocks. */
export type OutputMarks = {
  /**
   * Adds a row, or lets the last one grow: the one with the same first byte is replaced, and stays when it has more lines.
   * False when the attempt is not this node's, or is over.
   */
  append(row: AttemptKey & MarksRow): Promise<boolean>;
  /**
   * The cap removed this range: rows of marks wholly inside go, but the last one stays, which says how far the node came.
   * False as for `append`.
   */
  dropInside(range: AttemptKey & { gap: { first: number; last: number } }): Promise<boolean>;
  /** The last row: a node that was restarted goes on from there. Null for none. */
  last(of: { taskId: number; attempt: number }): Promise<MarksRow | null>;
  /** The rows with marks in [first, end), in order. `isMore`: further ones follow; go on from where the last one ends. */
  list(page: {
    taskId: number;
    attempt: number;
    first: number;
    end: number;
  }): Promise<{ rows: MarksRow[]; isMore: boolean }>;
};
