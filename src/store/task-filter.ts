import type { Outcome, TaskStatus } from "../contract/index.ts";

/** Which tasks. What is left out does not matter. */
export type TaskFilter = {
  /** Null: everybody's. */
  ownerId: number | null;
  /** Of these only. */
  ids?: readonly number[];
  statuses?: readonly TaskStatus[];
  queue?: string;
  tag?: string;
  /** Part of the name, the description or the program, in any case; or an id. */
  text?: string;
  createdSince?: number;
  createdUntil?: number;
  endedSince?: number;
  endedBefore?: number;
  /** The node that runs it, or ran it last. */
  nodeName?: string;
  outcomes?: readonly Outcome[];
};

/** A task as a point over time. */
export type TaskTimes = {
  id: number;
  name: string;
  status: TaskStatus;
  outcome: Outcome | null;
  createdAt: number;
  startedAt: number | null;
  completedAt: number | null;
};
