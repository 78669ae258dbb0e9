import type { Outcome, TaskStatus } from "../contract/index.ts";

/** Figures about many tasks at once: of one owner, or of everybody. */
export type Statistics = {
  /** Pending tasks, per queue by name. */
  pending(of: { ownerId: number | null }): Promise<PendingTasks[]>;
  /**
   * Tasks that ended in the time from the first moment on and before the second one. Those that ended alike and ran about
   * equally long are one group.
   */
  ended(during: { ownerId: number | null; from: number; before: number }): Promise<EndedGroup[]>;
};

export type PendingTasks = {
  queue: string;
  count: number;
  /** Of these, how many wait for their time: their own, or that of their next attempt. */
  delayed: number;
  /** The first submitted of the others, and since when it may run; null when all are delayed. */
  oldest: { id: number; since: number } | null;
};

export type EndedGroup = {
  status: TaskStatus;
  outcome: Outcome | null;
  count: number;
  /** The shortest and the longest run of the group, which differ by a tenth at most. Null: they never started. */
  ran: { leastMs: number; mostMs: number } | null;
};
