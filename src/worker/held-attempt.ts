import type { LimitInForce } from "../contract/index.ts";
import type { AttemptKey, EndingCause, KillRequest, SuspendedSince, TaskRow } from "../store/store.ts";
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
  /** Which limit it went beyond, in words, when that is the cause. */
  exceeded: string | null;
  /** An earlier life of this server had begun to end it. */
  wasEndingBefore: boolean;
  /** When its process started, in milliseconds of the machine's uptime; null before. */
  startedUptimeMs: number | null;
  /** Resolves once its process runs, or it is over without having run. */
  whenStarted: PromiseWithResolvers<void>;
  isEnded: boolean;
  limitsInForce: LimitInForce[];
  suspended: SuspendedSince | null;
  /** How long it was suspended before, all together. */
  suspendedMs: number;
  /** What is done to it one after the other: suspend and resume. */
  turn: Promise<unknown>;
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
    exceeded: null,
    wasEndingBefore: false,
    startedUptimeMs: null,
    whenStarted: Promise.withResolvers(),
    isEnded: false,
    limitsInForce: [],
    suspended: null,
    suspendedMs: 0,
    turn: Promise.resolve(),
    disarm: () => undefined,
  };
}
