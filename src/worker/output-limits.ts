import type { Log } from "../log/log.ts";
import type { AttemptRef, Gap, OutputStore } from "../output/output.ts";

/** Keeps the outputs of running attempts below their limit, and measures them at the end. */
export type OutputLimitsOptions = {
  output: OutputStore;
  log: Log;
  /** 0: no limit. */
  capBytes: number;
};

export class OutputLimits {
  readonly #options: OutputLimitsOptions;
  #isCapping = false;
  #problem: string | null = null;

  constructor(options: OutputLimitsOptions) {
    this.#options = options;
  }

  /** One round; nothing when the last one is still under way. */
  async capAll(attempts: readonly AttemptRef[]): Promise<void> {
    const { output, capBytes, log } = this.#options;
    if (this.#isCapping || capBytes === 0) {
      return;
    }
    this.#isCapping = true;
    for (const attempt of attempts) {
      await output.cap(attempt, capBytes).catch((error: unknown) => {
        log.error({ err: error, ...attempt }, "output cap failed");
      });
    }
    this.#isCapping = false;
    const problem = output.capProblem();
    if (problem !== null && problem !== this.#problem) {
      log.warn({ problem }, "outputs cannot be kept below their limit");
    }
    this.#problem = problem;
  }

  /** An output that cannot be read (a removed directory, a failing disk) must not keep an end from being reported. */
  async measure(attempt: AttemptRef): Promise<{ outputBytes: number; outputGap: Gap | null }> {
    const { output, capBytes, log } = this.#options;
    try {
      if (capBytes > 0) {
        await output.cap(attempt, capBytes);
      }
      return { outputBytes: await output.size(attempt), outputGap: await output.gap(attempt) };
    } catch (error) {
      log.error({ err: error, taskId: attempt.taskId, attempt: attempt.attempt }, "output not measured");
      return { outputBytes: 0, outputGap: null };
    }
  }
}
