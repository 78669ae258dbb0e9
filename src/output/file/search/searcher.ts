import { Worker } from "node:worker_threads";
import { SearchGivenUp, type SearchResult } from "../../output.ts";
import { type SearchQuery, searchExpression } from "../../search-query.ts";

/**
 * Searches files in threads, so that no search takes the event loop: not the many milliseconds of a large file, nor a
 * regular expression that would run for years. A thread is ended, whatever it does, when nobody waits for it any more
 * or it takes too long. Few run at once; others wait for their turn.
 */
export type Searcher = {
  /** Null when the signal aborted. Throws SearchGivenUp. */
  search(path: string, query: SearchQuery, signal: AbortSignal): Promise<SearchResult | null>;
  /** Ends all searches, also those that are asked for later. */
  close(): void;
};

export type SearchLimits = {
  threads: number;
  /** For a regular expression on one chunk of a file, which takes some milliseconds as a rule. */
  chunkMs: number;
  /** For all of a search, from its turn on. */
  wholeMs: number;
};

const usualLimits: SearchLimits = { threads: 2, chunkMs: 3000, wholeMs: 60_000 };
/** Beside the text of one chunk, which may be a line of 16 MiB, little is held. */
const threadMemory = { maxOldGenerationSizeMb: 256 };
/** Sources run as they are; what is built from them is JavaScript. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const threadFile = new URL(`./search-thread.${extension}`, import.meta.url);

export function createSearcher(limits: SearchLimits = usualLimits): Searcher {
  const turns = createTurns(limits.threads);
  const closing = new AbortController();
  return {
    async search(path, query, signal) {
      const ended = AbortSignal.any([signal, closing.signal]);
      const turn = await turns.next(ended);
      if (turn === null) {
        return null;
      }
      try {
        return ended.aborted ? null : await searchInThread(path, query, limits, ended);
      } finally {
        turn.end();
      }
    },
    close: () => closing.abort(),
  };
}

async function searchInThread(
  path: string,
  query: SearchQuery,
  limits: SearchLimits,
  ended: AbortSignal,
): Promise<SearchResult | null> {
  const { promise, resolve, reject } = Promise.withResolvers<SearchResult | null>();
  const thread = new Worker(threadFile, { workerData: { path, query }, resourceLimits: threadMemory });
  const giveUpAfter = (ms: number) => setTimeout(() => reject(new SearchGivenUp(ms / 1000)), ms);
  const wholeTimer = giveUpAfter(limits.wholeMs);
  // Comparing bytes takes as long as reading them: there only the whole is limited.
  const chunkTimer = searchExpression(query) === null ? null : giveUpAfter(limits.chunkMs);
  const onAbort = () => resolve(null);
  ended.addEventListener("abort", onAbort, { once: true });
  thread.on("message", (message: SearchResult | "progress") => {
    if (message === "progress") {
      chunkTimer?.refresh();
    } else {
      resolve(message);
    }
  });
  thread.on("error", reject);
  thread.on("exit", () => reject(new Error(`The thread that searched ${path} ended without an answer.`)));
  try {
    return await promise;
  } finally {
    ended.removeEventListener("abort", onAbort);
    clearTimeout(wholeTimer);
    clearTimeout(chunkTimer ?? undefined);
    await thread.terminate();
  }
}

type Turns = {
  /** Resolves when it is the caller's turn; with null when the signal aborted first. */
  next(signal: AbortSignal): Promise<{ end(): void } | null>;
};

/** First come, first served, so many at once. */
function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  let free = atOnce;

  function end(): void {
    free += 1;
    const [first] = waiting;
    first?.();
  }

  return {
    next(signal) {
      const { promise, resolve } = Promise.withResolvers<{ end(): void } | null>();
      const settle = (turn: { end(): void } | null) => {
        waiting.delete(take);
        signal.removeEventListener("abort", leave);
        resolve(turn);
      };
      const leave = () => settle(null);
      const take = () => {
        free -= 1;
        settle({ end });
      };
      if (signal.aborted) {
        leave();
      } else if (free > 0) {
        take();
      } else {
        waiting.add(take);
        signal.addEventListener("abort", leave, { once: true });
      }
      return promise;
    },
  };
}
