import type { AttemptKey, EndingCause, KillRequest, TaskRow } from "../store/store.ts";
import { attemptKey } from "./order.ts";

/** An attempt this node has claimed and whose end is not in the record yet. */
export type HeldAttempt = {
  task: TaskRow;
  /** Its name for the supervisor. */
  key: string;
  /** What every write about it is conditional on. */
  fence: AttemptKey;
  kill: KillRequest | null;
  /** Why this node ends it; null while it is left alone. */
  cause: EndingCause | null;
  /** An earlier life of this server had begun to end it. */
  wasEndingBefore: boolean;
  isStarted: boolean;
  isEnded: boolean;
  /** Takes back its deadline. */
  disarm: () => void;
};

export function holdAttempt(task: TaskRow, nonce: string, nodeId: number): HeldAttempt {
  return {
    task,
    key: attemptKey(task, nonce),
    fence: { taskId: task.id, attempt: task.attempt, nodeId },
    kill: task.kill,
    cause: null,
    wasEndingBefore: false,
    isStarted: false,
    isEnded: false,
    disarm: () => undefined,
  };
}
