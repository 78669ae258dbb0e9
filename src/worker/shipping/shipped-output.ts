import { encodeBytes, largestBlockBytes } from "../../output/blocks/encoding.ts";
import type { Gap, OutputStore } from "../../output/output.ts";
import type { OutputBlocks } from "../../store/output-blocks.ts";
import type { AttemptKey } from "../../store/store.ts";

/**
 * One attempt's output on its way from the file to the record, block by block.
 *
 * The record says how far it came: the last block there. That is asked once, at the first block after a start, and a
 * block that was added without this process having heard so is added again, which changes nothing. So this may be killed
 * at any point and goes on without a byte missing or there twice.
 *
 * What the cap removed is skipped. The range is recorded before anything behind it is added, and takes the blocks with
 * it that lie wholly inside; of one that lies partly inside, readers leave out that part.
 *
 * A block that ended short because there was no more to send grows with the next bytes until it is worth a row.
 */
export type Source = { output: Pick<OutputStore, "gap" | "read">; blocks: OutputBlocks };

/** `more`: a block was added, look again. `fenced`: the attempt is not this node's any more, nothing is taken. */
export type Step = "more" | "done" | "fenced";

type Place = { firstByte: number; length: number };

const worthOneRowBytes = 16 * 1024;

export class ShippedOutput {
  readonly key: AttemptKey;
  readonly #source: Source;
  #isKnown: boolean;
  #last: Place | null = null;
  #position = 0;
  #gap: Gap | null = null;
  #sentBytes = 0;

  /** `isNew`: claimed just now, so nothing of it can be in the record. */
  constructor(key: AttemptKey, source: Source, { isNew }: { isNew: boolean }) {
    this.key = key;
    this.#source = source;
    this.#isKnown = isNew;
  }

  /** All before it is in the record, as far as this process knows, but for what the cap removed. */
  get position(): number {
    return this.#position;
  }

  /** How much the record was given, as it keeps it. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Adds the next block of what lies before `end`. Throws when the file or the record does not answer. */
  async shipNext(end: number): Promise<Step> {
    await this.#findOut();
    if (!(await this.#noteGap())) {
      return "fenced";
    }
    if (this.#position >= end) {
      return "done";
    }
    const firstByte = this.#nextFirstByte();
    const data = await this.#readRow(firstByte, Math.min(end, firstByte + largestBlockBytes));
    if (firstByte + data.length <= this.#position) {
      return this.#wasRemoved();
    }
    const block = { firstByte, length: data.length, ...(await encodeBytes(data)) };
    if (!(await this.#source.blocks.append({ ...this.key, ...block }))) {
      return "fenced";
    }
    this.#sentBytes += block.bytes.length;
    this.#last = { firstByte, length: data.length };
    this.#position = firstByte + data.length;
    return "more";
  }

  async #findOut(): Promise<void> {
    if (!this.#isKnown) {
      this.#last = await this.#source.blocks.last(this.key);
      this.#position = this.#last === null ? 0 : this.#last.firstByte + this.#last.length;
      this.#isKnown = true;
    }
  }

  /** Records the range the cap removed when it is another than before, and goes behind it. False when fenced. */
  async #noteGap(): Promise<boolean> {
    const gap = await this.#source.output.gap(this.key);
    if (gap === null) {
      return true;
    }
    if (gap.first !== this.#gap?.first || gap.last !== this.#gap.last) {
      if (!(await this.#source.blocks.dropInside({ ...this.key, gap, end: this.#position }))) {
        return false;
      }
      this.#gap = gap;
    }
    if (this.#position >= gap.first && this.#position <= gap.last) {
      this.#position = gap.last + 1;
      this.#last = null;
    }
    return true;
  }

  #nextFirstByte(): number {
    const last = this.#last;
    if (last === null || last.length >= worthOneRowBytes) {
      return this.#position;
    }
    const isTouched = this.#gap !== null && this.#gap.last >= last.firstByte && this.#gap.first < this.#position;
    return isTouched ? this.#position : last.firstByte;
  }

  /** The bytes from the first on, as far as they are there in a row. */
  async #readRow(first: number, end: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let next = first;
    for await (const { offset, data } of this.#source.output.read(this.key, { first, end })) {
      if (offset !== next) {
        break;
      }
      pieces.push(data);
      next += data.length;
    }
    return Buffer.concat(pieces);
  }

  /** Nothing is there: the cap struck between two looks, or the file is gone, and then there is nothing to wait for. */
  async #wasRemoved(): Promise<Step> {
    const gap = await this.#source.output.gap(this.key);
    const isMoved = gap !== null && (gap.first !== this.#gap?.first || gap.last !== this.#gap.last);
    return isMoved ? "more" : "done";
  }
}
