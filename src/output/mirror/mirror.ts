import { statSync } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Block, BlockSource } from "../blocks/block-source.ts";
import { decodeBytes } from "../blocks/encoding.ts";
import { punch } from "../file/cap.ts";
import { readGap, writeGap } from "../file/gap-record.ts";
import type { AttemptRef, Gap } from "../output.ts";

/**
 * The output of an attempt of another machine as a file here, with the same bytes at the same offsets and the same record
 * of what the cap removed, so that everything that reads output files reads it.
 *
 * refresh   Fetches what came since. A call that comes while one is under way waits for one that begins after it: what was
 *           in the record when it was called is in the file when it resolves. All such calls share that one.
 * gap       Recorded before any byte behind it is written, and only ever larger. A reader of the file that sees a zero
 *           from its hole finds the record, as with the file of the node (gap-record.ts).
 * trust     The file is believed only as long as it is the one that was made here, and as long as was written. Anything
 *           else (somebody removed or changed it) makes it be fetched again. Nothing is believed of an earlier life.
 */
export type Mirror = {
  readonly path: string;
  /** Where what was fetched ends. */
  readonly end: number;
  /** The attempt is over and all of it is here. */
  readonly isComplete: boolean;
  refresh(): Promise<void>;
  /** Bytes that are kept of it. */
  readonly keptBytes: number;
  /** How often somebody said that there is more. */
  readonly notices: number;
  /** There is more to fetch. */
  notice(): void;
  /** Resolves after the next bytes came, or when there is something to look at. */
  changed(): Promise<void>;
  wake(): void;
  /** Has the file removed, after what is under way; it is fetched again when it is needed again. */
  clear(remove: () => Promise<void>): Promise<void>;
};

export function createMirror(path: string, attempt: AttemptRef, source: BlockSource): Mirror {
  let inode = 0;
  let fromBlock = 0;
  let end = 0;
  let gap: Gap | null = null;
  /** The record said so; blocks may have come until then that were not asked for yet. */
  let isOver = false;
  let isComplete = false;
  let underWay: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  let change = Promise.withResolvers<void>();
  let notices = 0;

  function wake(): void {
    change.resolve();
    change = Promise.withResolvers();
  }

  async function startAgain(): Promise<void> {
    await rm(path, { force: true });
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    gap = await readGap(path);
    inode = 0;
    fromBlock = 0;
    end = 0;
    isComplete = false;
  }

  function isAsWritten(): boolean {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? end === 0 : found.ino === inode && found.size === end;
  }

  /** Takes over a larger gap: recorded first, then its disk space is given back, where the file system can. */
  async function adopt(wanted: Gap): Promise<void> {
    const larger = {
      first: Math.min(wanted.first, gap?.first ?? wanted.first),
      last: Math.max(wanted.last, gap?.last ?? wanted.last),
    };
    if (gap !== null && larger.first === gap.first && larger.last === gap.last) {
      return;
    }
    await writeGap(path, { ...larger, isPending: true });
    gap = larger;
    if (end > larger.first) {
      await punch(path, larger.first, larger.last + 1 - larger.first);
    }
    await writeGap(path, { ...larger, isPending: false });
  }

  async function write(handle: FileHandle, block: Block) {
    const data = await decodeBytes(block);
    if (block.firstByte > end && (gap === null || gap.first > end || gap.last + 1 < block.firstByte)) {
      // Bytes are missing that no record speaks of (a database put back from a copy): they are shown as removed.
      await adopt({ first: end, last: block.firstByte - 1 });
    }
    const known = Math.max(0, end - block.firstByte);
    const fresh = data.subarray(known);
    // Until all of it is written the file is not one to be believed.
    const written = inode;
    inode = 0;
    const { bytesWritten } = await handle.write(fresh, 0, fresh.length, block.firstByte + known);
    if (bytesWritten < fresh.length) {
      throw new Error(`The disk took ${bytesWritten} of ${fresh.length} bytes of ${path}.`);
    }
    inode = written;
    fromBlock = block.firstByte;
    end = block.firstByte + block.length;
  }

  async function fetchNew(): Promise<void> {
    if (isComplete && isAsWritten()) {
      return;
    }
    if (inode === 0 || !isAsWritten()) {
      await startAgain();
    }
    let handle: FileHandle | null = null;
    try {
      for (;;) {
        const wasOver = isOver;
        const page = await source.list({ ...attempt, fromBlock, beyondByte: end });
        if (page.gap !== null) {
          await adopt(page.gap);
        }
        isOver = page.isOver;
        if (page.blocks.length === 0 && wasOver === isOver) {
          isComplete = isOver;
          return;
        }
        handle ??= page.blocks.length > 0 ? await openForWriting() : null;
        for (const block of page.blocks) {
          await write(handle as FileHandle, block);
        }
        wake();
      }
    } finally {
      await handle?.close();
    }
  }

  async function openForWriting(): Promise<FileHandle> {
    const handle = await open(path, inode === 0 ? "w" : "r+", 0o600);
    inode = (await handle.stat()).ino;
    return handle;
  }

  /** One after the other, whatever became of the one before. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    underWay = underWay.catch(() => undefined).then(work);
    return underWay;
  }

  return {
    path,
    get end() {
      return end;
    },
    get isComplete() {
      return isComplete;
    },
    get keptBytes() {
      return end - (gap === null ? 0 : Math.max(0, Math.min(end, gap.last + 1) - gap.first));
    },
    get notices() {
      return notices;
    },
    refresh() {
      next ??= inTurn(() => {
        next = null;
        return fetchNew();
      });
      return next;
    },
    notice() {
      notices += 1;
      wake();
    },
    changed: () => change.promise,
    wake,
    clear(remove) {
      // Who asks for a refresh from now on gets one that comes after this.
      next = null;
      return inTurn(async () => {
        inode = 0;
        end = 0;
        isComplete = false;
        await remove();
      });
    },
  };
}
