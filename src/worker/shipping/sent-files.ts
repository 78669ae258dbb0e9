import type { Log } from "../../log/log.ts";
import type { AttemptRef, OutputStore } from "../../output/output.ts";
import type { Store } from "../../store/store.ts";

/**
 * Output files that are no longer needed on this node, because the record has their bytes and the attempt's end. They go
 * a while after the end, so that who reads one just then can finish. What a restart finds is looked up: a file goes only
 * when the record has the attempt's end and all of its bytes, so what was never sent (by an earlier configuration that
 * kept outputs on the node) stays.
 */
export type SentFilesOptions = {
  store: Pick<Store, "attempts" | "blocks">;
  output: Pick<OutputStore, "size" | "remove">;
  log: Log;
  /** The attempts whose files are here. */
  kept: () => AsyncIterable<AttemptRef>;
  graceMs?: number;
};

const usualGraceMs = 60_000;
const lookIntervalMs = 1000;

export class SentFiles {
  readonly #options: SentFilesOptions;
  readonly #graceMs: number;
  /** In the order they are due. */
  #waiting: { attempt: AttemptRef; dueMs: number }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(options: SentFilesOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs ?? usualGraceMs;
  }

  /** Begins to remove what is due, and looks for what an earlier life left behind. */
  start(): void {
    this.#timer = setInterval(() => void this.#removeDue(), lookIntervalMs).unref();
    void this.#sweep().catch((error: unknown) => this.#options.log.error({ err: error }, "output files not looked at"));
  }

  stop(): void {
    clearInterval(this.#timer ?? undefined);
  }

  /** Its end is in the record, and all of its output. */
  add(attempt: AttemptRef): void {
    this.#waiting.push({ attempt, dueMs: performance.now() + this.#graceMs });
  }

  /** The node was given up before the attempt ended: the record has another end, and what is here belongs to none. */
  async drop(attempt: AttemptRef): Promise<void> {
    await this.#options.output
      .remove(attempt)
      .catch((error: unknown) => this.#options.log.error({ err: error, ...attempt }, "output file not removed"));
  }

  async #sweep(): Promise<void> {
    for await (const attempt of this.#options.kept()) {
      if (await this.#isSent(attempt)) {
        this.add(attempt);
      }
    }
  }

  async #isSent(attempt: AttemptRef): Promise<boolean> {
    const { store, output } = this.#options;
    const recorded = await store.attempts.find(attempt);
    if (recorded === null || recorded.endedAt === null) {
      return false;
    }
    const last = await store.blocks.last(attempt);
    return (await output.size(attempt)) <= (last === null ? 0 : last.firstByte + last.length);
  }

  async #removeDue(): Promise<void> {
    const now = performance.now();
    while (this.#waiting[0] !== undefined && this.#waiting[0].dueMs <= now) {
      const [due] = this.#waiting.splice(0, 1);
      if (due !== undefined) {
        await this.drop(due.attempt);
      }
    }
  }
}
