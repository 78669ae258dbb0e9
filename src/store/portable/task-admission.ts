import { type Selectable, sql, type UpdateResult } from "kysely";
import type { ReadyTask, RunningCounts, Tasks } from "../store.ts";
import type { Access } from "./access.ts";
import type { Dialect } from "./dialect.ts";
import { renewLock } from "./locks.ts";
import type { Database } from "./schema.ts";
import { statement } from "./statement.ts";
import { parsePlacement } from "./task-row.ts";

/**
 * What decides which task goes next. A pending task is `delayed` until its time, then `ready`, then `handed` to the
 * dispatcher, and leaves this file when a node claims it. A lost delivery takes it from `handed` back to `ready`.
 * Tasks that may run on some nodes only are listed beside the others, placement by placement: however many of them wait
 * for a node that is away, they hold up nobody else.
 */
type Admission = Pick<
  Tasks,
  | "promoteDue"
  | "nextDue"
  | "readyOwners"
  | "listReady"
  | "hand"
  | "takeBack"
  | "countHanded"
  | "countRunning"
  | "countAhead"
>;

const nextReadyOwner = statement(2, (db, queue: string, last: number) =>
  db
    .selectFrom("tasks")
    .select((eb) => eb.fn.min<number | null>("owner_id").as("next"))
    .where("stage", "=", "ready")
    .where("queue", "=", queue)
    .where("owner_id", ">", last),
);

const nextPlacement = statement(3, (db, queue: string, ownerId: number, last: string) =>
  db
    .selectFrom("tasks")
    .select((eb) => eb.fn.min<string | null>("placement_key").as("next"))
    .where("stage", "=", "ready")
    .where("queue", "=", queue)
    .where("owner_id", "=", ownerId)
    .where("placement_key", ">", last),
);

const firstReady = statement(4, (db, queue: string, ownerId: number, placementKey: string, limit: number) =>
  db
    .selectFrom("tasks")
    .select(["id", "owner_id", "queue", "neg_priority", "attempt", "placement"])
    .where("stage", "=", "ready")
    .where("queue", "=", queue)
    .where("owner_id", "=", ownerId)
    .where("placement_key", "=", placementKey)
    .orderBy("neg_priority")
    .orderBy("id")
    .limit(limit),
);

const handOneBy = ({ now }: Dialect) =>
  statement(2, (db, id: number, nodeId: number | null) =>
    db
      .updateTable("tasks")
      .set({ stage: "handed", handed_at: now, handed_to: nodeId })
      .where("id", "=", id)
      .where("stage", "=", "ready"),
  );

const countHanded = statement(0, (db) =>
  db
    .selectFrom("tasks")
    .select((eb) => ["queue", "handed_to as nodeId", eb.fn.countAll<number>().as("count")])
    .where("stage", "=", "handed")
    .groupBy(["queue", "handed_to"]),
);

const countRunning = statement(0, (db) =>
  db
    .selectFrom("tasks")
    .select((eb) => ["owner_id", "queue", "node_id", eb.fn.countAll<number>().as("count")])
    .where("status", "=", "running")
    .groupBy(["owner_id", "queue", "node_id"]),
);

export function admissionOn({ read, note, dialect }: Access): Admission {
  const handOne = handOneBy(dialect);
  return {
    promoteDue: (at) =>
      note(async (db) => {
        const result = await db
          .updateTable("tasks")
          .set({ stage: "ready" })
          .where("stage", "=", "delayed")
          .where("not_before", "<=", at.now)
          .executeTakeFirst();
        return Number(result.numUpdatedRows);
      }),

    async nextDue() {
      const row = await read
        .selectFrom("tasks")
        .select((eb) => eb.fn.min("not_before").as("due"))
        .where("stage", "=", "delayed")
        .executeTakeFirstOrThrow();
      return row.due;
    },

    // One step through the index per owner: asking for the distinct owners would read every ready task of the queue.
    async readyOwners(of) {
      const owners: number[] = [];
      let last = -1;
      for (;;) {
        const next = (await nextReadyOwner(read, of.queue, last)).rows[0]?.next ?? null;
        if (next === null) {
          return owners;
        }
        owners.push(next);
        last = next;
      }
    },

    async listReady(of) {
      const ready: ReadyTask[] = [];
      for (let key: string | null = ""; key !== null; ) {
        const { rows } = await firstReady(read, of.queue, of.ownerId, key, of.limit);
        ready.push(...rows.map(toReady));
        key = (await nextPlacement(read, of.queue, of.ownerId, key)).rows[0]?.next ?? null;
      }
      return ready;
    },

    hand: (order) =>
      note(async (db) => {
        if (!(await renewLock(db, dialect, { name: "admission", ...order.lock }))) {
          return null;
        }
        const handed = new Set<number>();
        // In one order everywhere, so that two that write to the same tasks do not wait for each other.
        for (const { id, nodeId } of order.tasks.toSorted((one, other) => one.id - other.id)) {
          const { numAffectedRows = 0n } = await handOne(db, id, nodeId);
          if (numAffectedRows > 0n) {
            handed.add(id);
          }
        }
        return order.tasks.map(({ id }) => id).filter((id) => handed.has(id));
      }),

    takeBack: (tasks) =>
      note(async (db) => {
        const handed = db
          .updateTable("tasks")
          .set({ stage: "ready", handed_at: null, handed_to: null })
          .where("stage", "=", "handed");
        if ("ids" in tasks) {
          const { ids } = tasks;
          return ids.length === 0 ? 0 : updated(await handed.where("id", "in", ids).executeTakeFirst());
        }
        const since = sql<number>`${dialect.now} - ${tasks.handedForMs}`;
        const lost = tasks.handedForMs === 0 ? handed : handed.where("handed_at", "<=", since);
        return updated(await lost.executeTakeFirst());
      }),

    async countHanded() {
      return (await countHanded(read)).rows;
    },

    async countRunning() {
      const { rows } = await countRunning(read);
      const counts: RunningCounts = { byOwner: new Map(), byQueue: new Map(), byNode: new Map(), total: 0 };
      for (const { owner_id, queue, node_id, count } of rows) {
        counts.byOwner.set(owner_id, (counts.byOwner.get(owner_id) ?? 0) + count);
        counts.byQueue.set(queue, (counts.byQueue.get(queue) ?? 0) + count);
        if (node_id !== null) {
          counts.byNode.set(node_id, (counts.byNode.get(node_id) ?? 0) + count);
        }
        counts.total += count;
      }
      return counts;
    },

    async countAhead(of) {
      const task = "id" in of ? await findTask(of.id) : { id: null, queue: of.queue, neg_priority: 0 - of.priority };
      if (task === undefined) {
        return 0;
      }
      const { id, queue, neg_priority: rank } = task;
      const row = await read
        .selectFrom("tasks")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("stage", "in", ["ready", "handed"])
        .where("queue", "=", queue)
        .where((eb) => {
          const sameRank = eb("neg_priority", "=", rank);
          // One that is not submitted yet is younger than all of them.
          return eb.or([eb("neg_priority", "<", rank), id === null ? sameRank : eb.and([sameRank, eb("id", "<", id)])]);
        })
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };

  function findTask(id: number) {
    return read.selectFrom("tasks").select(["id", "queue", "neg_priority"]).where("id", "=", id).executeTakeFirst();
  }
}

function toReady(
  row: Pick<Selectable<Database["tasks"]>, "id" | "owner_id" | "queue" | "neg_priority" | "attempt" | "placement">,
): ReadyTask {
  return {
    id: row.id,
    ownerId: row.owner_id,
    queue: row.queue,
    priority: 0 - row.neg_priority,
    attempt: row.attempt,
    placement: parsePlacement(row.placement),
  };
}

function updated(result: UpdateResult): number {
  return Number(result.numUpdatedRows);
}
