import type { LimitInForce, Outcome, RetryCause, SandboxMode, TaskStatus } from "../contract/index.ts";
import type { Tokens, Users } from "./accounts.ts";
import type { Events } from "./events.ts";
import type { HeldLock, Locks, Nodes, Placement } from "./nodes.ts";
import type { OutputBlocks } from "./output-blocks.ts";
import type { OutputMarks } from "./output-marks.ts";
import type { Statistics } from "./statistics.ts";
import type { TaskFilter, TaskTimes } from "./task-filter.ts";

export type { TaskFilter, TaskTimes } from "./task-filter.ts";

/**
 * The record: everything that must be true after a restart. The verbs are the domain's; SQL stays below this file.
 *
 * - Times are epoch milliseconds, ids are integers.
 * - Every write that extends or ends an attempt is conditional on task, attempt number and node, and answers whether it
 *   applied. A stale one does nothing.
 * - A transaction is the same interface: what is done through it happens wholly or not at all.
 */
export type Store = {
  users: Users;
  tokens: Tokens;
  tasks: Tasks;
  attempts: Attempts;
  events: Events;
  queues: Queues;
  nodes: Nodes;
  blocks: OutputBlocks;
  marks: OutputMarks;
  locks: Locks;
  statistics: Statistics;
  /** Runs the body in one transaction. Use only the store it is given: the outer one would wait for it for ever. */
  transaction<T>(body: (store: Store) => Promise<T>): Promise<T>;
  /** Throws StoreUnavailable, with a sentence saying what is wrong, when the database cannot be written to. */
  check(): Promise<void>;
  /** The time by the database's own clock, in epoch milliseconds. */
  now(): Promise<number>;
  /** One line about the database for people: kind and where it is, never a password. */
  readonly description: string;
  /** Random, given when the database was made: what tells this installation from any other. */
  readonly installationId: string;
  close(): Promise<void>;
};

/** The database cannot be used right now; the message says why, in a sentence that may be shown. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The database cannot be used by this program at all; the message says why and what to do. Thrown when it is opened. */
export class StoreRefused extends Error {
  override readonly name = "StoreRefused";
}

/** What a task runs. `demonstration` marks the built-in sleep, which is an argv. */
export type Program =
  | { kind: "command"; command: string }
  | { kind: "argv"; argv: string[]; isDemonstration: boolean }
  | { kind: "script"; body: string; interpreter: string | null };

/** Everything an attempt is started from. */
export type TaskSpec = {
  program: Program;
  cwd: string | null;
  env: Record<string, string>;
  stdin: string | null;
  timeoutMs: number | null;
  killGraceMs: number;
  /** Null: one attempt, whatever becomes of it. */
  retry: RetryPolicy | null;
  limits: SpecLimits;
  sandbox: SandboxMode;
  /** Size of the terminal it runs in; null for none. */
  pty: { columns: number; rows: number } | null;
  /** What it writes to standard error is marked in its output. */
  markStderr: boolean;
  /** Standard input stays open for what is sent later. */
  input: boolean;
  /** Name of the only node that may run it; null for any. */
  node: string | null;
  /** What a node must have, all of them, to run it. */
  labels: string[];
};

export type RetryPolicy = {
  /** At most, the first one included. */
  attempts: number;
  backoff: "fixed" | "exponential";
  delayMs: number;
  maxDelayMs: number;
  /** 0–1: the part of the delay left to chance. */
  jitter: number;
  on: RetryCause[];
};

export type SpecLimits = {
  memoryBytes: number | null;
  cpuSeconds: number | null;
  processes: number | null;
  openFiles: number | null;
  nice: number | null;
  outputBytes: number | null;
};

/** What an attempt used, all its processes together. Null: not measured. */
export type UsageTotals = {
  cpuMs: number | null;
  maxRssBytes: number | null;
  maxProcesses: number | null;
  readBytes: number | null;
  writeBytes: number | null;
};

export type TaskRow = {
  id: number;
  ownerId: number;
  ownerName: string;
  name: string;
  description: string;
  spec: TaskSpec;
  status: TaskStatus;
  queue: string;
  /** Higher first. */
  priority: number;
  tags: string[];
  /** Not to start before; null when at once. */
  notBefore: number | null;
  /** Number of the latest attempt; 0 before the first. */
  attempt: number;
  /** The node of the latest attempt, and its name. */
  nodeId: number | null;
  nodeName: string | null;
  createdAt: number;
  updatedAt: number;
  /** When the latest attempt's process started. */
  startedAt: number | null;
  completedAt: number | null;
  /** Set once a kill was asked for. */
  kill: KillRequest | null;
  outcome: Outcome | null;
  exitCode: number | null;
  signal: string | null;
  /** While it is pending after an attempt: how that one ended. */
  reason: string | null;
  usage: UsageTotals;
  outputBytes: number;
  /** 0–1 as the task itself said last; null when it says nothing. */
  progress: number | null;
  /** Its processes are stopped until somebody resumes it. */
  isSuspended: boolean;
  limitsInForce: LimitInForce[];
  /** Of its spec: it can be sent input, and how many attempts its retry policy allows (1 without one). */
  takesInput: boolean;
  maxAttempts: number;
  /** Null when it may run anywhere. */
  placement: Placement | null;
};

/** A task as it stands in a list: no environment and no stdin, and long texts of the program cut after 1,000 characters. */
export type ListedTask = Omit<TaskRow, "spec"> & { spec: Pick<TaskSpec, "program"> };

export type KillRequest = {
  requestedAt: number;
  /** Username of who asked. */
  by: string;
  signal: string;
  graceMs: number;
};

/** What names one attempt on one node: the fence every later write is conditional on. */
export type AttemptKey = { taskId: number; attempt: number; nodeId: number };

export type Tasks = {
  /**
   * Adds a pending task. With an idempotency key: the same key and body hash of the same owner within the last 24 h
   * answer with the first task (`replayed`), the same key with another hash with `conflict`. Nothing is added to a queue
   * that is not there (`no_queue`).
   */
  create(task: {
    ownerId: number;
    name: string;
    description: string;
    spec: TaskSpec;
    queue: string;
    priority: number;
    tags: string[];
    notBefore: number | null;
    idempotency: { key: string; bodyHash: string } | null;
    now: number;
  }): Promise<{ kind: "created" | "replayed"; task: TaskRow } | { kind: "conflict" } | { kind: "no_queue" }>;
  find(by: { id: number }): Promise<TaskRow | null>;
  /** A page by id: ids beyond the cursor in the given direction. */
  list(filter: TaskFilter & { descending: boolean; cursor: number | null; limit: number }): Promise<ListedTask[]>;
  count(filter: TaskFilter): Promise<number>;
  /** When the latest tasks of a filter were submitted, started and ended, newest first. */
  listTimes(filter: TaskFilter & { limit: number }): Promise<TaskTimes[]>;
  /**
   * The same of earlier tasks that completed and are like this one: of its owner, with its name and its program, of which
   * long ones are compared by what lists show. Looks only at so many ids before it.
   */
  listAlike(task: { id: number; within: number; limit: number }): Promise<TaskTimes[]>;
  /** Changes name and description, whatever the status. Null when there is no such task. */
  edit(change: { id: number; name?: string; description?: string; now: number }): Promise<TaskRow | null>;
  /** Delayed tasks whose time has come become ready. Answers how many. */
  promoteDue(at: { now: number }): Promise<number>;
  /** When the next delayed task is due; null when there is none. */
  nextDue(): Promise<number | null>;
  /** Owners that have ready tasks in the queue. */
  readyOwners(of: { queue: string }): Promise<number[]>;
  /**
   * Ready tasks of one owner in one queue: of those that may run anywhere, and of each placement, the best (by priority,
   * then id), up to the limit.
   */
  listReady(of: { queue: string; ownerId: number; limit: number }): Promise<ReadyTask[]>;
  /**
   * Marks ready tasks as handed to the dispatcher, for one node or for any, and renews the lock they are handed under.
   * Answers the ids for which it applied; null, and nothing is handed, when the lock is somebody else's by now.
   */
  hand(order: {
    tasks: readonly { id: number; nodeId: number | null }[];
    lock: HeldLock & { leaseMs: number };
  }): Promise<number[] | null>;
  /**
   * Tasks that are handed for so long by the database's clock, all with 0, or these, become ready again: their delivery
   * was lost. Answers how many.
   */
  takeBack(tasks: { handedForMs: number } | { ids: readonly number[] }): Promise<number>;
  /** Tasks handed and not yet claimed, per queue and node; null for any node. */
  countHanded(): Promise<{ queue: string; nodeId: number | null; count: number }[]>;
  /** Running tasks per owner, per queue and per node. */
  countRunning(): Promise<RunningCounts>;
  /** Running tasks and where, by id; of one owner, or everybody's. */
  listRunning(of: { ownerId: number | null }): Promise<{ id: number; nodeId: number | null }[]>;
  /**
   * The tasks ahead of a ready one in its queue, or of one that would be submitted now, all owners together; for the
   * reason it is pending.
   */
  countAhead(of: { id: number } | { queue: string; priority: number }): Promise<number>;
  /**
   * handed → running, in one conditional update: the attempt number grows by one and an open attempt of this node is
   * added. Null when the task is not handed (any more), or to another node, was killed meanwhile, or is not at
   * `expectedAttempt`.
   */
  claim(task: {
    taskId: number;
    expectedAttempt: number;
    nodeId: number;
    nonce: string;
    now: number;
  }): Promise<TaskRow | null>;
  /**
   * Asks for the end of a task. Pending: it is `killed` at once (`ended`). Running: the order is recorded and the node
   * carries it out (`requested`). Over: nothing happens (`over`).
   */
  requestKill(order: {
    id: number;
    by: string;
    signal: string;
    graceMs: number;
    now: number;
  }): Promise<{ kind: "ended" | "requested" | "over"; task: TaskRow } | null>;
  /** Kill orders of running tasks on a node: what it has to carry out after a restart or a lost poke. */
  listKillRequests(of: { nodeId: number }): Promise<{ taskId: number; attempt: number; kill: KillRequest }[]>;
  /**
   * Removes tasks that ended before the time, with all that belongs to them, at most so many, and fewer when they have
   * much output in the record. Answers how many, 0 when none is left, and their attempts.
   */
  removeEnded(before: {
    endedBefore: number;
    limit: number;
  }): Promise<{ tasks: number; attempts: { taskId: number; attempt: number }[] }>;
};

export type ReadyTask = {
  id: number;
  ownerId: number;
  queue: string;
  priority: number;
  attempt: number;
  placement: Placement | null;
};

export type RunningCounts = {
  byOwner: Map<number, number>;
  byQueue: Map<string, number>;
  byNode: Map<number, number>;
  total: number;
};

export type AttemptRow = {
  taskId: number;
  number: number;
  nodeId: number;
  nodeName: string;
  /** Random word that tells this attempt's processes from those of any other installation. */
  nonce: string;
  pid: number | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Why the manager began to end it, recorded before the first signal; null when it was left alone. */
  ending: EndingCause | null;
  outcome: Outcome | null;
  exitCode: number | null;
  signal: string | null;
  reason: string | null;
  usage: UsageTotals;
  /** What it used over time, as supervise/usage encodes it; null when nothing was measured. */
  usageSeries: string | null;
  outputBytes: number;
  /** Since when it is suspended; null when it is not. */
  suspended: SuspendedSince | null;
  /** How long it was suspended before, all together. */
  suspendedMs: number;
  limitsInForce: LimitInForce[];
  /** Range of bytes the output cap removed, both included. */
  outputGap: { first: number; last: number } | null;
};

/** Why the manager ends an attempt: somebody's order, its time, or one of its limits. */
export type EndingCause = "killed" | "timed_out" | "limit";

/** By the clock on the wall, for people, and by the machine's uptime, which no change of the clock disturbs. */
export type SuspendedSince = { atMs: number; uptimeMs: number };

/** An attempt that has no end in the record, with what is needed to go on with it. */
export type OpenAttempt = AttemptRow & { task: TaskRow };

export type AttemptEnd = AttemptKey & {
  status: Extract<TaskStatus, "completed" | "failed" | "killed">;
  outcome: Outcome;
  exitCode: number | null;
  signal: string | null;
  reason: string;
  pid: number | null;
  startedAt: number | null;
  endedAt: number;
  usage: UsageTotals;
  usageSeries: string | null;
  suspendedMs: number;
  limitsInForce: LimitInForce[];
  outputBytes: number;
  outputGap: { first: number; last: number } | null;
  /** When the next attempt may start; null when this was the last one and the task is over. */
  retryAt: number | null;
  now: number;
};

export type Attempts = {
  list(of: { taskId: number }): Promise<AttemptRow[]>;
  find(by: { taskId: number; attempt: number }): Promise<AttemptRow | null>;
  /** Attempts of the node without an end. */
  listOpen(of: { nodeId: number }): Promise<OpenAttempt[]>;
  /** Its process runs, kept to its limits in this way. */
  started(
    attempt: AttemptKey & { pid: number; startedAt: number; limitsInForce: LimitInForce[]; now: number },
  ): Promise<boolean>;
  /** The manager begins to end it. */
  ending(attempt: AttemptKey & { cause: EndingCause; reason: string; now: number }): Promise<boolean>;
  /**
   * It is about to be suspended (`since`), or goes on after having been suspended for so long altogether. Written before
   * its processes are stopped, and before they are let go.
   */
  suspend(attempt: AttemptKey & { since: SuspendedSince; now: number }): Promise<boolean>;
  resume(attempt: AttemptKey & { suspendedMs: number; now: number }): Promise<boolean>;
  /** How far it says it is, and what it used so far; what is left out stays. */
  noteProgress(attempt: AttemptKey & { progress: number | null; now: number }): Promise<boolean>;
  noteUsage(attempt: AttemptKey & { usage: UsageTotals; usageSeries: string | null }): Promise<boolean>;
  /** The sentence shown while it runs; null for none. */
  setReason(attempt: AttemptKey & { reason: string | null; now: number }): Promise<boolean>;
  /**
   * Its end, and the task's, in one conditional write: `over`, or with `retryAt`, unless its kill was asked for,
   * `pending` again. False when the attempt is not this node's, or is over.
   */
  finish(end: AttemptEnd): Promise<"over" | "pending" | false>;
};

export type QueueRow = {
  name: string;
  /** Attempts at once; null for as many as the nodes have. */
  slots: number | null;
  isPaused: boolean;
};

export type Queues = {
  list(): Promise<QueueRow[]>;
  find(by: { name: string }): Promise<QueueRow | null>;
  /** Open from the start. Null when the name is taken. */
  create(queue: { name: string; slots: number | null }): Promise<QueueRow | null>;
  /** What is left out stays. Null when there is no such queue. */
  update(change: { name: string; slots?: number | null; isPaused?: boolean }): Promise<QueueRow | null>;
  /**
   * Removes it unless tasks in it are not over (`in_use`, and how many), or tasks that name none are put into it
   * (`default`). What is over keeps its name. No task gets into it meanwhile.
   */
  remove(queue: {
    name: string;
  }): Promise<{ kind: "removed" | "unknown" | "default" } | { kind: "in_use"; tasks: number }>;
};
