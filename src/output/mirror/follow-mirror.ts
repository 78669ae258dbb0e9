import { type Piece, readFileRange } from "../file/read.ts";
import type { Mirror } from "./mirror.ts";

/**
 * Reads an output of another machine as it comes. Each round fetches what is in the record, and reads it while it comes;
 * then it waits until somebody says that there is more, at most a second, as that word may be lost. The last round is one
 * that began after the attempt was over. A record that does not answer is asked again, for as long as somebody reads.
 */
export type FollowOptions = { offset: number; ended: Promise<unknown>; signal: AbortSignal };

const netMs = 1000;

export async function* followMirror(mirror: Mirror, { offset, ended, signal }: FollowOptions): AsyncGenerator<Piece> {
  let isEnded = false;
  const onEnded = () => {
    isEnded = true;
    mirror.wake();
  };
  ended.then(onEnded, onEnded);
  signal.addEventListener("abort", mirror.wake, { once: true });
  let position = offset;
  try {
    while (!signal.aborted) {
      const isLast: boolean = isEnded;
      const { notices } = mirror;
      const fetching = watchFetch(mirror);
      for (let isDone = false; !isDone && !signal.aborted; ) {
        const change = mirror.changed();
        isDone = fetching.result !== null;
        for await (const piece of readFileRange(mirror.path, { first: position, end: mirror.end })) {
          if (signal.aborted) {
            return;
          }
          yield piece;
          position = piece.offset + piece.data.length;
        }
        if (!isDone) {
          await Promise.race([fetching.done, change]);
        } else if (fetching.result === "fetched" && (isLast || mirror.isComplete)) {
          return;
        } else if (fetching.result === "failed") {
          await atMost(netMs, null, signal);
        } else if (isLast === isEnded && notices === mirror.notices) {
          await atMost(netMs, change, signal);
        }
      }
    }
  } finally {
    signal.removeEventListener("abort", mirror.wake);
  }
}

type Fetching = { result: "fetched" | "failed" | null; done: Promise<void> };

function watchFetch(mirror: Mirror): Fetching {
  const fetching: Fetching = { result: null, done: Promise.resolve() };
  fetching.done = mirror.refresh().then(
    () => {
      fetching.result = "fetched";
    },
    () => {
      fetching.result = "failed";
    },
  );
  return fetching;
}

function atMost(ms: number, change: Promise<void> | null, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish, { once: true });
    void change?.then(finish);
  });
}
