import { closeSync, openSync, readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { readGap } from "./gap-record.ts";
import { isMissing } from "./paths.ts";

export type Piece = { offset: number; data: Buffer };

const pieceBytes = 256 * 1024;

/** Opens the file for reading; null when there is none. The caller closes it. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isMissing(error)) {
      return null;
    }
    throw error;
  }
}

const beginningBytes = 64;

/** The first bytes, read in place; none when there is no file. */
export function readBeginning(path: string): Buffer {
  const buffer = Buffer.alloc(beginningBytes);
  let fd = -1;
  try {
    fd = openSync(path, "r");
    return buffer.subarray(0, readSync(fd, buffer, 0, beginningBytes, 0));
  } catch (error) {
    if (isMissing(error)) {
      return buffer.subarray(0, 0);
    }
    throw error;
  } finally {
    if (fd >= 0) {
      closeSync(fd);
    }
  }
}

/**
 * The bytes [first, end) that are there, in pieces; ends early at the end of the file. The caller keeps `end` within
 * the file's size, so that no buffer is larger than what can come.
 */
export async function* readPieces(
  handle: Pick<FileHandle, "read">,
  path: string,
  range: { first: number; end: number },
): AsyncGenerator<Piece> {
  let position = range.first;
  while (position < range.end) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, range.end - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      return;
    }
    // Asked after the bytes were read: see gap-record.ts for why this order never lets a punched zero through.
    const gap = await readGap(path);
    if (gap !== null && position >= gap.first && position <= gap.last) {
      position = gap.last + 1;
      continue;
    }
    const isCutByGap = gap !== null && position < gap.first;
    const length = isCutByGap ? Math.min(bytesRead, gap.first - position) : bytesRead;
    yield { offset: position, data: buffer.subarray(0, length) };
    position += length;
  }
}

/** Opens, reads and closes: the bytes [first, end) as far as the file has them; nothing when there is no file. */
export async function* readFileRange(path: string, range: { first: number; end: number }): AsyncGenerator<Piece> {
  const handle = await openIfThere(path);
  if (handle === null) {
    return;
  }
  try {
    const { size } = await handle.stat();
    yield* readPieces(handle, path, { first: range.first, end: Math.min(range.end, size) });
  } finally {
    await handle.close();
  }
}
