import { type RawBuilder, sql } from "kysely";
import type { EndedGroup, PendingTasks, Statistics } from "../statistics.ts";
import type { Access } from "./access.ts";
import type { Connection, Stage } from "./schema.ts";

/**
 * What is counted here is counted over an index or over a slice of time, never over all tasks there ever were. The caller
 * chooses slices small enough: a database in this process stops everything while it counts.
 */
export function statisticsOn({ read }: Access): Statistics {
  return {
    async pending({ ownerId }) {
      const groups = await countPending(read, ownerId);
      const firstIds = groups.filter(({ stage }) => stage !== "delayed").map(({ first }) => first);
      const since = await runnableSince(read, firstIds);
      const queues = [...new Set(groups.map(({ queue }) => queue))].sort();
      return queues.map((queue) => pendingIn(queue, groups, since));
    },

    async ended({ ownerId, from, before }) {
      let query = read
        .selectFrom("tasks")
        .select((eb) => [
          "status",
          "outcome",
          lengthClass.as("length_class"),
          eb.fn.countAll<number>().as("count"),
          eb.fn.min<number | null>(ranMs).as("least"),
          eb.fn.max<number | null>(ranMs).as("most"),
        ])
        .where("completed_at", ">=", from)
        .where("completed_at", "<", before)
        .groupBy(["status", "outcome", "length_class"]);
      if (ownerId !== null) {
        query = query.where("owner_id", "=", ownerId);
      }
      return (await query.execute()).map(toEndedGroup);
    },
  };
}

type StageCount = { queue: string; stage: Stage; count: number; first: number };

/** All from the index that tasks are picked by: thousands may wait. */
async function countPending(db: Connection, ownerId: number | null): Promise<StageCount[]> {
  const query = db
    .selectFrom("tasks")
    .select((eb) => ["queue", "stage", eb.fn.countAll<number>().as("count"), eb.fn.min<number>("id").as("first")])
    .where("stage", "in", ["delayed", "ready", "handed"])
    .groupBy(["stage", "queue"]);
  return await (ownerId === null ? query : query.where("owner_id", "=", ownerId)).execute();
}

/** Since when each of these may run: since it was submitted, or since its time had come. */
async function runnableSince(db: Connection, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) {
    return new Map();
  }
  const rows = await db.selectFrom("tasks").select(["id", "created_at", "not_before"]).where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, Math.max(row.created_at, row.not_before ?? 0)]));
}

function pendingIn(queue: string, groups: readonly StageCount[], since: ReadonlyMap<number, number>): PendingTasks {
  const own = groups.filter((group) => group.queue === queue);
  const delayed = own.filter(({ stage }) => stage === "delayed");
  // One that has been claimed since it was counted is no longer among them.
  const waiting = own.filter(({ stage, first }) => stage !== "delayed" && since.has(first));
  const id = Math.min(...waiting.map(({ first }) => first));
  const oldestSince = since.get(id);
  return {
    queue,
    count: sum(own),
    delayed: sum(delayed),
    oldest: oldestSince === undefined ? null : { id, since: oldestSince },
  };
}

function sum(groups: readonly StageCount[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

const ranMs = sql<number | null>`completed_at - started_at`;

/**
 * A number for how long it ran, eight to each doubling. Sorting every task by its exact time, for the percentiles, costs
 * twice as much; databases differ in their logarithms and in how they divide, so it is found by comparing, half by half.
 */
const classesPerDoubling = 8;
const mostDoublings = 32;
const bounds = [
  ...new Set(
    Array.from({ length: classesPerDoubling * mostDoublings }, (_, index) =>
      Math.round(2 ** (index / classesPerDoubling)),
    ),
  ),
];
const lengthClass = sql<number | null>`case when started_at is null then -1 else ${classWithin(0, bounds.length)} end`;

function classWithin(first: number, last: number): RawBuilder<number> {
  if (first === last) {
    return sql`${sql.lit(first)}`;
  }
  const middle = Math.floor((first + last) / 2);
  const bound = sql.lit(bounds[middle] ?? 0);
  return sql`case when completed_at - started_at < ${bound} then ${classWithin(first, middle)} else ${classWithin(middle + 1, last)} end`;
}

function toEndedGroup(row: {
  status: EndedGroup["status"];
  outcome: EndedGroup["outcome"];
  count: number;
  least: number | null;
  most: number | null;
}): EndedGroup {
  const { status, outcome, count, least, most } = row;
  // A clock that was set back makes a run shorter than nothing.
  const ran = least === null || most === null ? null : { leastMs: Math.max(0, least), mostMs: Math.max(0, most) };
  return { status, outcome, count: Number(count), ran };
}
