import type { TaskEventKind } from "../contract/index.ts";

export type TaskEvent = {
  taskId: number;
  attempt: number;
  at: number;
  kind: TaskEventKind;
  /** A sentence or less. */
  text: string;
};

/** What happened to a task beside its start and its end, in the order it happened. */
export type Events = {
  add(events: readonly TaskEvent[]): Promise<void>;
  list(of: { taskId: number }): Promise<TaskEvent[]>;
};
