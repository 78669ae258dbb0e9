import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import type { Gap } from "../output.ts";
import { readGap, removeGap, toGap, writeGap } from "./gap-record.ts";

/**
 * Keeps an output file near a size while its process goes on writing, by punching a hole in the middle: offsets stay
 * valid, the process notices nothing, and what it said first and last is kept. See gap-record.ts for the order of
 * writes that makes this safe against crashes and readers.
 *
 * A file is let grow to 1.2 × the cap, then shortened to the cap: each punch is a process of some milliseconds, and
 * removing little at a time would mean one for each call.
 */
export type Capper = {
  cap(path: string, capBytes: number): Promise<Gap | null>;
  /** Resolves when no call for the file is under way. */
  settled(path: string): Promise<void>;
  /** Why the last attempt to shorten a file failed, null when it worked (or was never needed). */
  problem(): string | null;
};

/** Refused by the file system, or for want of the program; otherwise it could not be tried, which may pass. */
type Punched = { isDone: true } | { isDone: false; isRefused: boolean; reason: string };

const pageBytes = 4096;
const growthBeforePunch = 1.2;
/** Far behind the end of any file, and within what every file system can address. */
const behindEndBytes = 2 ** 40;

/** Makes the capper of one directory. Whether its file system can punch is found out once, when first needed. */
export function createCapper(directory: string): Capper {
  const underWay = new Map<string, Promise<Gap | null>>();
  let isKnownToPunch = false;
  let isKnownNotToPunch = false;
  let problem: string | null = null;

  function note(punched: Punched): boolean {
    problem = punched.isDone ? null : describe(directory, punched.reason);
    return punched.isDone;
  }

  /**
   * Tried behind the end of the file, where it removes nothing: once a range is recorded readers leave it out, which
   * must not happen for a punch that can never succeed.
   */
  async function canPunch(path: string, size: number): Promise<boolean> {
    if (isKnownToPunch || isKnownNotToPunch) {
      return isKnownToPunch;
    }
    const punched = await punch(path, size + behindEndBytes, pageBytes);
    if (!punched.isDone && sizeOf(path) === null) {
      return false;
    }
    isKnownToPunch = punched.isDone;
    isKnownNotToPunch = !punched.isDone && punched.isRefused;
    return note(punched);
  }

  async function shorten(path: string, capBytes: number): Promise<Gap | null> {
    const size = sizeOf(path);
    if (size === null) {
      return null;
    }
    const recorded = await readGap(path);
    const wanted = removableRange(size, recorded, capBytes);
    const range = wanted ?? (recorded?.isPending ? recorded : null);
    if (range === null || !(await canPunch(path, size))) {
      return toGap(recorded);
    }
    await writeGap(path, { ...range, isPending: true });
    const punched = await punch(path, range.first, range.last + 1 - range.first);
    if (!punched.isDone && sizeOf(path) === null) {
      await removeGap(path);
      return null;
    }
    if (note(punched)) {
      await writeGap(path, { ...range, isPending: false });
    }
    return toGap({ ...range, isPending: false });
  }

  return {
    cap(path, capBytes) {
      // One under way looked at the file as it was: at an attempt's end, what was written since would stay.
      const before = underWay.get(path)?.catch(() => null) ?? Promise.resolve(null);
      const running = before
        .then(() => shorten(path, capBytes))
        .finally(() => {
          if (underWay.get(path) === running) {
            underWay.delete(path);
          }
        });
      underWay.set(path, running);
      return running;
    },
    async settled(path) {
      await underWay.get(path)?.catch(() => undefined);
    },
    problem: () => problem,
  };
}

/** What to remove so that head and tail of half the cap each stay: whole pages, null when it is not time yet. */
function removableRange(size: number, gap: Gap | null, capBytes: number): Gap | null {
  const removedBytes = gap === null ? 0 : gap.last + 1 - gap.first;
  if (size - removedBytes <= growthBeforePunch * capBytes) {
    return null;
  }
  const headBytes = Math.floor(capBytes / 2);
  const tailBytes = capBytes - headBytes;
  // The gap only grows: it begins where it did unless the cap was lowered, and its end never moves back.
  const first = Math.min(Math.ceil(headBytes / pageBytes) * pageBytes, gap?.first ?? size);
  const end = Math.max(Math.floor((size - tailBytes) / pageBytes) * pageBytes, gap === null ? 0 : gap.last + 1);
  const isMore = gap === null ? end > first : first < gap.first || end > gap.last + 1;
  return isMore ? { first, last: end - 1 } : null;
}

/** Frees the range of the file, which reads as zeros then. Readers are to be told first: see gap-record.ts. */
export function punch(path: string, offset: number, length: number): Promise<Punched> {
  const options = { env: { PATH: process.env.PATH, LC_ALL: "C" } };
  return new Promise((resolve) => {
    execFile("fallocate", ["-p", "-o", String(offset), "-l", String(length), path], options, (error, _out, stderr) => {
      if (error === null) {
        resolve({ isDone: true });
        return;
      }
      const isRefused = typeof error.code === "number" || error.code === "ENOENT";
      resolve({ isDone: false, isRefused, reason: stderr.trim() || error.message });
    });
  });
}

/** Null when there is no such file. Looked up in place, see gap-record.ts. */
function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}

function describe(directory: string, reason: string): string {
  return (
    `The output files in ${directory} cannot be kept below their cap and may fill the disk: ${reason}. ` +
    "Keep them on ext4, xfs, btrfs or tmpfs, with the fallocate program of util-linux installed."
  );
}
