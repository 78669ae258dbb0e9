import type { AttemptRef, OutputStore } from "./output.ts";
import { type Progress, ProgressParser } from "./progress.ts";

/**
 * The progress of many attempts, from what they write. Cheap whatever they write: a file is asked for its size, read only
 * when it has grown, each at most once per interval, and of what is new only the end. One after the other, so that many
 * files do not occupy all threads that read files.
 */
export type ProgressWatchOptions = {
  output: Pick<OutputStore, "size" | "read">;
  /** Least time between two looks at one attempt. */
  intervalMs?: number;
  /** One attempt's output could not be read; the others are looked at, and it is tried again. */
  onError(error: unknown, attempt: AttemptRef): void;
};

export type ProgressChange = { attempt: AttemptRef; progress: Progress };

type Watched = {
  parser: ProgressParser;
  /** Where the part that was read ends. */
  position: number;
  lookedAtMs: number;
  told: Progress | undefined;
};

/** A few lines of any program; a flood of some MB/s costs no more than that. */
const tailBytes = 4096;
const usualIntervalMs = 1000;

export class ProgressWatch {
  readonly #options: ProgressWatchOptions;
  readonly #intervalMs: number;
  #watched = new Map<string, Watched>();
  #isLooking = false;

  constructor(options: ProgressWatchOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? usualIntervalMs;
  }

  /**
   * Looks at these attempts, and forgets all others. Answers those whose progress is another than was told before; none
   * while an earlier call is under way. May be called as often as one likes.
   */
  async look(attempts: readonly AttemptRef[]): Promise<ProgressChange[]> {
    if (this.#isLooking) {
      return [];
    }
    this.#isLooking = true;
    try {
      const watched = new Map(attempts.map((attempt) => [keyOf(attempt), this.#watchedOf(attempt)]));
      this.#watched = watched;
      const changes: ProgressChange[] = [];
      for (const attempt of attempts) {
        const found = await this.#lookAt(attempt);
        if (found !== null) {
          changes.push(found);
        }
      }
      return changes;
    } finally {
      this.#isLooking = false;
    }
  }

  /** The last look at an attempt that is over and writes no more, at once. The change, if there is one. */
  async finish(attempt: AttemptRef): Promise<ProgressChange | null> {
    const watched = this.#watchedOf(attempt);
    this.#watched.delete(keyOf(attempt));
    const said = await this.#readNew(attempt, watched, await this.#options.output.size(attempt));
    const last = watched.parser.rest();
    return change(attempt, watched, last === undefined ? said : last);
  }

  async #lookAt(attempt: AttemptRef): Promise<ProgressChange | null> {
    const watched = this.#watchedOf(attempt);
    const nowMs = performance.now();
    if (nowMs - watched.lookedAtMs < this.#intervalMs) {
      return null;
    }
    watched.lookedAtMs = nowMs;
    try {
      const size = await this.#options.output.size(attempt);
      const isQuiet = size === watched.position;
      const said = isQuiet ? watched.parser.rest() : await this.#readNew(attempt, watched, size);
      return change(attempt, watched, said);
    } catch (error) {
      this.#options.onError(error, attempt);
      return null;
    }
  }

  async #readNew(attempt: AttemptRef, watched: Watched, size: number): Promise<Progress | undefined> {
    let said: Progress | undefined;
    const first = Math.max(watched.position, size - tailBytes);
    for await (const { offset, data } of this.#options.output.read(attempt, { first, end: size })) {
      const latest = watched.parser.read(data, { isContinued: offset === watched.position });
      said = latest === undefined ? said : latest;
      watched.position = offset + data.length;
    }
    return said;
  }

  #watchedOf(attempt: AttemptRef): Watched {
    const found = this.#watched.get(keyOf(attempt));
    return (
      found ?? { parser: new ProgressParser(), position: 0, lookedAtMs: Number.NEGATIVE_INFINITY, told: undefined }
    );
  }
}

function keyOf({ taskId, attempt }: AttemptRef): string {
  return `${taskId}.${attempt}`;
}

function change(attempt: AttemptRef, watched: Watched, progress: Progress | undefined): ProgressChange | null {
  if (progress === undefined || progress === watched.told) {
    return null;
  }
  watched.told = progress;
  return { attempt, progress };
}
