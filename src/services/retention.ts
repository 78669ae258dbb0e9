import type { Log } from "../log/log.ts";
import type { OutputStore } from "../output/output.ts";
import type { Store } from "../store/store.ts";
import { createService, type Service } from "./service.ts";

/** Removes tasks that ended long ago, with their output. The record goes first, so that nothing points to a lost file. */
export type RetentionOptions = {
  store: Store;
  output: OutputStore;
  log: Log;
  clock: () => number;
  /** 0: for ever. */
  retentionDays: number;
};

const intervalMs = 3_600_000;
const msPerDay = 86_400_000;
const batch = 200;

export function createRetention(options: RetentionOptions): Service {
  const { store, output, log, clock, retentionDays } = options;

  async function runOnce(): Promise<{ removed: number }> {
    if (retentionDays === 0) {
      return { removed: 0 };
    }
    const endedBefore = clock() - retentionDays * msPerDay;
    let removed = 0;
    for (;;) {
      const { tasks, attempts } = await store.tasks.removeEnded({ endedBefore, limit: batch });
      removed += tasks;
      for (const attempt of attempts) {
        await output
          .remove(attempt)
          .catch((error: unknown) => log.error({ err: error, ...attempt }, "output not removed"));
      }
      if (tasks === 0) {
        return { removed };
      }
    }
  }

  return createService({ name: "retention", intervalMs, log, runOnce });
}
