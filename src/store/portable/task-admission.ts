import type { RunningCounts, Tasks } from "../store.ts";
import type { Access } from "./access.ts";
import { statement } from "./statement.ts";

/**
 * What decides which task goes next. A pending task is `delayed` until its time, then `ready`, then `handed` to the
 * dispatcher, and leaves this file when a node claims it. A lost delivery takes it from `handed` back to `ready`.
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

const firstReady = statement(3, (db, queue: string, ownerId: number, limit: number) =>
  db
    .selectFrom("tasks")
    .select(["id", "owner_id", "queue", "neg_priority", "attempt"])
    .where("stage", "=", "ready")
    .where("queue", "=", queue)
    .where("owner_id", "=", ownerId)
    .orderBy("neg_priority")
    .orderBy("id")
    .limit(limit),
);

const handOne = statement(2, (db, id: number, now: number) =>
  db.updateTable("tasks").set({ stage: "handed", handed_at: now }).where("id", "=", id).where("stage", "=", "ready"),
);

const countHanded = statement(0, (db) =>
  db
    .selectFrom("tasks")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("stage", "=", "handed"),
);

const countRunning = statement(0, (db) =>
  db
    .selectFrom("tasks")
    .select((eb) => ["owner_id", "queue", eb.fn.countAll<number>().as("count")])
    .where("status", "=", "running")
    .groupBy(["owner_id", "queue"]),
);

export function admissionOn({ read, note }: Access): Admission {
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
      const { rows } = await firstReady(read, of.queue, of.ownerId, of.limit);
      return rows.map((row) => ({
        id: row.id,
        ownerId: row.owner_id,
        queue: row.queue,
        priority: 0 - row.neg_priority,
        attempt: row.attempt,
      }));
    },

    hand: (tasks) =>
      note(async (db) => {
        const handed = new Set<number>();
        // In one order everywhere, so that two that hand the same tasks do not wait for each other.
        for (const id of tasks.ids.toSorted((a, b) => a - b)) {
          const { numAffectedRows = 0n } = await handOne(db, id, tasks.now);
          if (numAffectedRows > 0n) {
            handed.add(id);
          }
        }
        return tasks.ids.filter((id) => handed.has(id));
      }),

    takeBack: (tasks) =>
      note(async (db) => {
        const handed = db.updateTable("tasks").set({ stage: "ready", handed_at: null }).where("stage", "=", "handed");
        const lost = tasks.handedBefore === null ? handed : handed.where("handed_at", "<", tasks.handedBefore);
        return Number((await lost.executeTakeFirst()).numUpdatedRows);
      }),

    async countHanded() {
      return (await countHanded(read)).rows[0]?.count ?? 0;
    },

    async countRunning() {
      const { rows } = await countRunning(read);
      const counts: RunningCounts = { byOwner: new Map(), byQueue: new Map(), total: 0 };
      for (const { owner_id, queue, count } of rows) {
        counts.byOwner.set(owner_id, (counts.byOwner.get(owner_id) ?? 0) + count);
        counts.byQueue.set(queue, (counts.byQueue.get(queue) ?? 0) + count);
        counts.total += count;
      }
      return counts;
    },

    async countAhead(of) {
      const task = await read
        .selectFrom("tasks")
        .select(["queue", "neg_priority"])
        .where("id", "=", of.id)
        .executeTakeFirst();
      if (task === undefined) {
        return 0;
      }
      const row = await read
        .selectFrom("tasks")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("stage", "in", ["ready", "handed"])
        .where("queue", "=", task.queue)
        .where((eb) =>
          eb.or([
            eb("neg_priority", "<", task.neg_priority),
            eb.and([eb("neg_priority", "=", task.neg_priority), eb("id", "<", of.id)]),
          ]),
        )
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}
