import type { AttemptKey } from "./store.ts";

export type BlockEncoding = "raw" | "zstd";

/** Some bytes in a row of what an attempt wrote. */
export type OutputBlock = {
  /** Offset of its first byte in what the process wrote. */
  firstByte: number;
  /** Bytes as the process wrote them. */
  length: number;
  encoding: BlockEncoding;
  /** The same bytes, encoded. */
  bytes: Uint8Array;
};

/** What attempts wrote, as far as their nodes have brought it here: for the machines that cannot read the nodes' files. */
export type OutputBlocks = {
  /**
   * Adds a block, or lets the last one grow: the one with the same first byte is replaced by a longer one, and stays when
   * it is as long already. False when the attempt is not this node's, or is over.
   */
  append(block: AttemptKey & OutputBlock): Promise<boolean>;
  /**
   * The cap removed this range from an output that is here up to `end`: blocks wholly inside go. Recorded before a later
   * block is added, so that a reader never finds bytes missing without knowing why. False as for `append`.
   */
  dropInside(range: AttemptKey & { gap: { first: number; last: number }; end: number }): Promise<boolean>;
  /**
   * The blocks from the one at `fromBlock` on that have bytes at `beyondByte` or behind, in order, a few MiB at once;
   * none when there is nothing more. And, as it is after they were read, the range the cap removed so far, and whether the
   * attempt is over: then no block is added any more.
   */
  list(page: {
    taskId: number;
    attempt: number;
    fromBlock: number;
    beyondByte: number;
  }): Promise<{ blocks: OutputBlock[]; gap: { first: number; last: number } | null; isOver: boolean }>;
  /** Where the last block is: a node that was restarted goes on from there. Null for none. */
  last(of: { taskId: number; attempt: number }): Promise<{ firstByte: number; length: number } | null>;
};
