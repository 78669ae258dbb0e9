import { rmSync } from "node:fs";
import { resolve } from "node:path";
import type { BlockSource } from "../blocks/block-source.ts";
import type { MarkSource } from "../blocks/mark-source.ts";
import { outputPath } from "../file/paths.ts";
import { createFileOutput } from "../file/store.ts";
import type { AttemptRef, OutputStore } from "../output.ts";
import { followMirror } from "./follow-mirror.ts";
import { createMirror, type Mirror } from "./mirror.ts";
import { readRecordedMarks } from "./recorded-marks.ts";

/** What is read of an output; what is done to one is for its node. */
export type ReadableOutput = Pick<
  OutputStore,
  "size" | "gap" | "read" | "stderrMarks" | "lines" | "search" | "follow" | "remove" | "close"
>;

export type MirrorOutput = ReadableOutput & {
  /** More of it is in the record: for those that follow it. */
  notice(attempt: AttemptRef): void;
};

export type MirrorOutputOptions = {
  /** Emptied at the start: what an earlier life left there is not believed. May be removed at any time. */
  directory: string;
  source: BlockSource;
  marks: MarkSource;
  /** Tells the attempt's node that somebody reads it, so that it sends what is new; again as long as it is so. */
  announce(attempt: AttemptRef): void;
  /** More than that is not kept of outputs nobody reads. */
  maxBytes?: number;
};

type Kept = { mirror: Mirror; attempt: AttemptRef; users: number; followers: number; announcedMs: number };

const usualMaxBytes = 1024 ** 3;
/** A third of what the node's interest lasts. */
const announceMs = 3000;
/** Who looks again and again without following gets no more than so many words out. */
const leastAnnounceMs = 1000;
/** What the smallest file takes. */
const leastBytes = 4096;
const mostFiles = 10_000;
const unused = { users: 0, followers: 0, announcedMs: Number.NEGATIVE_INFINITY };

/** Reads the outputs of other machines' attempts by way of files below a directory of this one. */
export function createMirrorOutput(options: MirrorOutputOptions): MirrorOutput {
  const { source, marks, announce, maxBytes = usualMaxBytes } = options;
  const directory = resolve(options.directory);
  rmSync(directory, { recursive: true, force: true });
  const files = createFileOutput({ directory });
  /** The one used last is the last. */
  const kept = new Map<string, Kept>();
  const timer = setInterval(announceAll, announceMs).unref();

  function announceAll(): void {
    for (const one of kept.values()) {
      if (one.followers > 0) {
        tellInterest(one);
      }
    }
  }

  function tellInterest(one: Kept): void {
    const now = performance.now();
    if (!one.mirror.isComplete && now - one.announcedMs >= leastAnnounceMs) {
      one.announcedMs = now;
      announce(one.attempt);
    }
  }

  function take(attempt: AttemptRef): Kept {
    const path = outputPath(directory, attempt);
    const known = kept.get(path);
    const one = known ?? { mirror: createMirror(path, attempt, source), attempt, ...unused };
    kept.delete(path);
    kept.set(path, one);
    one.users += 1;
    return one;
  }

  /** Done with it: the ones used longest ago make room. */
  async function leave(one: Kept): Promise<void> {
    one.users -= 1;
    let total = 0;
    for (const { mirror } of kept.values()) {
      total += sizeOf(mirror);
    }
    for (const candidate of kept.values()) {
      if (total <= maxBytes && kept.size <= mostFiles) {
        return;
      }
      if (candidate.users === 0) {
        total -= sizeOf(candidate.mirror);
        await drop(candidate);
      }
    }
  }

  async function drop(one: Kept): Promise<void> {
    await one.mirror.clear(() => files.remove(one.attempt));
    // Somebody may have come for it meanwhile: it is fetched again.
    if (one.users === 0 && kept.get(one.mirror.path) === one) {
      kept.delete(one.mirror.path);
    }
  }

  /** What is in the record now is in the file while the work runs, and stays there. */
  async function using<T>(attempt: AttemptRef, work: (mirror: Mirror) => Promise<T>): Promise<T> {
    const one = take(attempt);
    try {
      await one.mirror.refresh();
      tellInterest(one);
      return await work(one.mirror);
    } finally {
      await leave(one);
    }
  }

  return {
    size: (attempt) => using(attempt, async ({ end }) => end),
    gap: (attempt) => using(attempt, () => files.gap(attempt)),
    async *read(attempt, range) {
      const one = take(attempt);
      try {
        await one.mirror.refresh();
        tellInterest(one);
        yield* files.read(attempt, range);
      } finally {
        await leave(one);
      }
    },
    /** Not kept here: a window of them is little, and a reader asks for it once. */
    async stderrMarks(attempt, range) {
      const one = take(attempt);
      try {
        tellInterest(one);
        return await readRecordedMarks(marks, attempt, range);
      } finally {
        await leave(one);
      }
    },
    lines: (attempt, page) => using(attempt, () => files.lines(attempt, page)),
    search: (attempt, query, signal) => using(attempt, () => files.search(attempt, query, signal)),
    async *follow(attempt, followOptions) {
      const one = take(attempt);
      one.followers += 1;
      try {
        tellInterest(one);
        yield* followMirror(one.mirror, followOptions);
      } finally {
        one.followers -= 1;
        await leave(one);
      }
    },
    notice(attempt) {
      const one = kept.get(outputPath(directory, attempt));
      if (one !== undefined && one.followers > 0) {
        one.mirror.notice();
      }
    },
    async remove(attempt) {
      const one = kept.get(outputPath(directory, attempt));
      if (one !== undefined) {
        await drop(one);
      }
    },
    close() {
      clearInterval(timer);
      files.close();
    },
  };
}

function sizeOf(mirror: Mirror): number {
  return Math.max(leastBytes, mirror.keptBytes);
}
