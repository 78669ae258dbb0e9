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
  /** Its deadline is set, and what was ordered before is carried out. */
  hasBegun: boolean;
  isEnded: boolean;
  /** The record has its end, written by others while this node was away: what runs of it is being ended. */
  isGivenUp: boolean;
  limitsInForce: LimitInForce[];
  suspended: SuspendedSince | null;
  /** How long it was suspended before, all together. */
  suspendedMs: number;
  /** What is done to it one after the other: suspend and resume. */
  turn: Promise<unknown>;
  /** Who sent it which signals. */
  signalSenders: Map<string, string>;
  /** When its usage was last written to the record; null: not yet. */
  usageSavedAt: number | null;
  outputPath: string;
  /** Its output at the last look: how long it was, and how it began. */
  seenOutput: { bytes: number; beginning: Buffer };
  /** Bytes of output a program of its own has thrown away, as far as was seen. */
  emptiedBytes: number;
  /** What an earlier life of the server saw of its usage; null for nothing. */
  restoredUsage: string | null;
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
    hasBegun: false,
    isEnded: false,
    isGivenUp: false,
    signalSenders: new Map(),
    usageSavedAt: null,
    outputPath: "",
    seenOutput: { bytes: 0, beginning: Buffer.alloc(0) },
    emptiedBytes: 0,
    restoredUsage: null,
    limitsInForce: [],
    suspended: null,
    suspendedMs: 0,
    turn: Promise.resolve(),
    disarm: () => undefined,
  };
}
