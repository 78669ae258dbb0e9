import type { RunningCounts, Tasks } from "../store.ts";
import type { Access } from "./access.ts";

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
        const row = await read
          .selectFrom("tasks")
          .select((eb) => eb.fn.min<number | null>("owner_id").as("next"))
          .where("stage", "=", "ready")
          .where("queue", "=", of.queue)
          .where("owner_id", ">", last)
          .executeTakeFirstOrThrow();
        if (row.next === null) {
          return owners;
        }
        owners.push(row.next);
        last = row.next;
      }
    },

    async listReady(of) {
      const rows = await read
        .selectFrom("tasks")
        .select(["id", "owner_id", "queue", "neg_priority", "attempt"])
        .where("stage", "=", "ready")
        .where("queue", "=", of.queue)
        .where("owner_id", "=", of.ownerId)
        .orderBy("neg_priority")
        .orderBy("id")
        .limit(of.limit)
        .execute();
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
        const handed: number[] = [];
        for (const id of tasks.ids) {
          const result = await db
            .updateTable("tasks")
            .set({ stage: "handed", handed_at: tasks.now })
            .where("id", "=", id)
            .where("stage", "=", "ready")
            .executeTakeFirst();
          if (result.numUpdatedRows > 0n) {
            handed.push(id);
          }
        }
        return handed;
      }),

    takeBack: (tasks) =>
      note(async (db) => {
        const handed = db.updateTable("tasks").set({ stage: "ready", handed_at: null }).where("stage", "=", "handed");
        const lost = tasks.handedBefore === null ? handed : handed.where("handed_at", "<", tasks.handedBefore);
        return Number((await lost.executeTakeFirst()).numUpdatedRows);
      }),

    async countHanded() {
      const row = await read
        .selectFrom("tasks")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("stage", "=", "handed")
        .executeTakeFirstOrThrow();
      return row.count;
    },

    async countRunning() {
      const rows = await read
        .selectFrom("tasks")
        .select((eb) => ["owner_id", "queue", eb.fn.countAll<number>().as("count")])
        .where("status", "=", "running")
        .groupBy(["owner_id", "queue"])
        .execute();
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
