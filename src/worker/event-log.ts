import type { TaskEventKind } from "../contract/index.ts";
import type { Log } from "../log/log.ts";
import type { AttemptKey, Store } from "../store/store.ts";

/** Writes what happens to attempts into their tasks' logs. A line that cannot be written stands in nobody's way. */
export type EventLogOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  onChange(change: { taskId: number; kind: "changed" }): void;
};

export class EventLog {
  readonly #options: EventLogOptions;

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  add(held: { fence: Pick<AttemptKey, "taskId" | "attempt"> }, kind: TaskEventKind, text: string): void {
    const { store, log, clock, onChange } = this.#options;
    const { taskId, attempt } = held.fence;
    store.events.add([{ taskId, attempt, at: clock(), kind, text }]).then(
      () => onChange({ taskId, kind: "changed" }),
      (error: unknown) => log.error({ err: error, taskId, attempt, kind }, "event not recorded"),
    );
  }
}
