import { lstatSync, readlinkSync } from "node:fs";
import { rename, rm, symlink } from "node:fs/promises";
import type { Gap } from "../output.ts";
import { isMissing } from "./paths.ts";

/**
 * What is known of the range the cap removed from an output file, kept beside it as `<path>.gap`.
 *
 * The order is: record the range as `pending`, punch it, record it as done. The recorded range only ever grows, and
 * nothing is punched that is not recorded, so after a crash at any point it is equal to what was punched or larger,
 * and a reader that leaves the recorded range out never takes a punched zero for something the process wrote. A
 * `pending` record left by a crash is punched again by the next cap; punching twice changes nothing.
 *
 * A reader in another moment or process is safe as long as it asks for the record *after* it read the bytes: a zero
 * that comes from punching means that the record was there before.
 *
 * The record is a symbolic link whose target is the text, made under another name and renamed. It has no data block,
 * so it can be written when the disk is full, which is when the cap is needed most; it cannot be seen half written;
 * one system call reads it; and being metadata it reaches the disk in order with the punch, without an fsync.
 */
export type GapRecord = Gap & { isPending: boolean };

const recordText = /^(pending:)?(\d+)-(\d+)$/;

/**
 * The recorded range, null for none. Fails when the record is not one of ours. Read in place: two system calls are some
 * microseconds, and each end of an attempt asks; the thread pool, which the database's disk waits share, takes far longer.
 */
export async function readGap(path: string): Promise<GapRecord | null> {
  const recordPath = `${path}.gap`;
  if (lstatSync(recordPath, { throwIfNoEntry: false }) === undefined) {
    return null;
  }
  let text: string;
  try {
    text = readlinkSync(recordPath);
  } catch (error) {
    if (isMissing(error)) {
      return null;
    }
    throw new Error(`Cannot read which part of the output was removed (${recordPath}).`, { cause: error });
  }
  const match = recordText.exec(text);
  if (match === null) {
    throw new Error(`${recordPath} should name the removed part of the output and says "${text}".`);
  }
  return { first: Number(match[2]), last: Number(match[3]), isPending: match[1] !== undefined };
}

/** Replaces the record in one step. */
export async function writeGap(path: string, record: GapRecord): Promise<void> {
  const temporaryPath = `${path}.gap.new`;
  await rm(temporaryPath, { force: true });
  await symlink(`${record.isPending ? "pending:" : ""}${record.first}-${record.last}`, temporaryPath);
  await rename(temporaryPath, `${path}.gap`);
}

/** Removes the record, also one that a crash left half made. */
export async function removeGap(path: string): Promise<void> {
  await rm(`${path}.gap`, { force: true });
  await rm(`${path}.gap.new`, { force: true });
}

/** The range alone, without how far its removal got. */
export function toGap(record: GapRecord | null): Gap | null {
  return record === null ? null : { first: record.first, last: record.last };
}
