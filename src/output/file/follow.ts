import { type FileHandle, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { openIfThere, type Piece, readPieces } from "./read.ts";
import type { Watch, Watcher } from "./watch.ts";

/**
 * Reads a file as it grows. Each round reads what is there, then waits for a change; the watch is always open before
 * the round that finds nothing, so no write falls between the two. Whether the process has ended is asked before a
 * round reads: all it wrote is in the file by then, and the round that finds it ended is the last.
 */
export type FollowOptions = { offset: number; ended: Promise<unknown>; signal: AbortSignal };

/** What one follower holds, and lets go of in one step: at its end, or when aborted even if nobody reads it any more. */
type Follower = { handle: FileHandle | null; watch: Watch | null; isReleased: boolean; isEnded: boolean };

const fileRestMs = 16;
/** Longer, as a folder changes with each of its thousand tasks' files. */
const folderRestMs = 40;

/** The bytes from the offset on until the process has ended, the signal aborts or the watcher is closed. */
export async function* followFile(path: string, options: FollowOptions, watcher: Watcher): AsyncGenerator<Piece> {
  const follower: Follower = { handle: null, watch: null, isReleased: false, isEnded: false };
  const onEnded = () => {
    follower.isEnded = true;
    follower.watch?.wake();
  };
  const onAbort = () => void release(follower);
  options.ended.then(onEnded, onEnded);
  options.signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (!options.signal.aborted) {
      yield* readRounds(path, options.offset, follower, watcher);
    }
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    await release(follower);
  }
}

async function* readRounds(path: string, offset: number, follower: Follower, watcher: Watcher): AsyncGenerator<Piece> {
  let position = offset;
  for (;;) {
    const isLast = follower.isEnded;
    const handle = follower.handle ?? (await openAndWatch(path, follower, watcher));
    if (handle !== null) {
      for await (const piece of readUntilReleased(handle, path, position, follower)) {
        position = piece.offset + piece.data.length;
        yield piece;
      }
    }
    if (isLast || follower.isReleased) {
      return;
    }
    if (follower.watch === null) {
      // No file yet. Another round looks for it before the first wait, as it may have come before the watch did.
      await watchFolder(path, follower, watcher);
    } else if (!follower.isEnded && !(await follower.watch.changed())) {
      return;
    }
  }
}

async function* readUntilReleased(
  handle: FileHandle,
  path: string,
  first: number,
  follower: Follower,
): AsyncGenerator<Piece> {
  try {
    const { size } = await handle.stat();
    for await (const piece of readPieces(handle, path, { first, end: size })) {
      if (follower.isReleased) {
        return;
      }
      yield piece;
    }
  } catch (error) {
    // A reader that was aborted finds its file closed; that is no failure.
    if (!follower.isReleased) {
      throw error;
    }
  }
}

/** Opens the file when it is there, and from then on watches the file itself. */
async function openAndWatch(path: string, follower: Follower, watcher: Watcher): Promise<FileHandle | null> {
  const handle = await openIfThere(path);
  if (handle === null) {
    return null;
  }
  if (follower.isReleased) {
    await handle.close();
    return null;
  }
  follower.watch?.close();
  follower.handle = handle;
  follower.watch = watcher.watch(path, fileRestMs);
  return handle;
}

/** Watches for the file to be made. Makes the folder, since the first task of a folder may be followed before it runs. */
async function watchFolder(path: string, follower: Follower, watcher: Watcher): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch {
    // Where the folder cannot be made (a read-only share) the watch looks for it time and again instead.
  }
  if (!follower.isReleased) {
    follower.watch = watcher.watch(folder, folderRestMs);
  }
}

async function release(follower: Follower): Promise<void> {
  const { handle, watch } = follower;
  follower.isReleased = true;
  follower.handle = null;
  follower.watch = null;
  watch?.close();
  await handle?.close();
}
