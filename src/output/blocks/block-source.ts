import type { AttemptRef, Gap } from "../output.ts";
import type { EncodedBytes } from "./encoding.ts";

/** Some bytes in a row of what an attempt wrote: offset of the first, and how many the process wrote. */
export type Block = EncodedBytes & { firstByte: number; length: number };

/** Where blocks come from that another machine has brought there: the record. */
export type BlockSource = {
  /**
   * The next blocks from the one at `fromBlock` on that have bytes at `beyondByte` or behind, in order; none when there is
   * nothing more. As it is after they were read: the range the cap removed, and whether no block can be added any more.
   */
  list(
    page: AttemptRef & { fromBlock: number; beyondByte: number },
  ): Promise<{ blocks: Block[]; gap: Gap | null; isOver: boolean }>;
};
