import type { Log } from "../../log/log.ts";
import type { AttemptRef, OutputStore } from "../../output/output.ts";
import { parseMarks } from "../../output/stderr-marks.ts";
import type { Store } from "../../store/store.ts";

/**
 * Output files that are no longer needed on this node, because the record has their bytes and the attempt's end. They go
 * a while after the end, so that who reads one just then can finish. What a restart finds is looked up: a file goes only
 * when the record has the attempt's end, all of its bytes and all its marks of standard error, so what was never sent (by
 * an earlier configuration that kept outputs on the node) stays.
 */
export type SentFilesOptions = {
  store: Pick<Store, "attempts" | "blocks" | "marks">;
  output: Pick<OutputStore, "gap" | "remove" | "size" | "stderrMarks">;
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
    const isSent = (await output.size(attempt)) <= (last === null ? 0 : last.firstByte + last.length);
    return isSent && (await this.#areMarksSent(attempt));
  }

  /** No mark is behind those in the record, but for what the cap removed, and what is whole is whole there. */
  async #areMarksSent(attempt: AttemptRef): Promise<boolean> {
    const { store, output } = this.#options;
    const here = await output.stderrMarks(attempt, { first: 0, end: 1, most: 1 });
    if (here === null) {
      return true;
    }
    const last = await store.marks.last(attempt);
    if (here.isWhole && (last === null || !parseMarks(last.text).isWhole)) {
      return false;
    }
    const sentEnd = last?.endByte ?? 0;
    const gap = await output.gap(attempt);
    const behindGap = Math.max(sentEnd, gap === null ? 0 : gap.last + 1);
    for (const range of [
      { first: sentEnd, end: gap?.first ?? sentEnd },
      { first: behindGap, end: Number.MAX_SAFE_INTEGER },
    ]) {
      const unsent = range.first < range.end ? await output.stderrMarks(attempt, { ...range, most: 1 }) : null;
      if (unsent !== null && unsent.marks.length > 0) {
        return false;
      }
    }
    return true;
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
