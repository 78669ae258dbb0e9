import type { Selectable } from "kysely";
import { defaultQueueName } from "../../contract/index.ts";
import type { QueueRow, Queues } from "../store.ts";
import type { Access } from "./access.ts";
import type { Dialect } from "./dialect.ts";
import type { Connection, Database } from "./schema.ts";
import { statement } from "./statement.ts";

const findByName = statement(1, (db, name: string) => db.selectFrom("queues").selectAll().where("name", "=", name));

/**
 * A task names its queue, and a queue is removed only while no task that is not over does. Who adds a task holds the
 * queue's row until the task is there (holdQueue); who removes the queue waits for all of those, and counts then.
 */
export function queuesOn({ read, write, dialect }: Access): Queues {
  return {
    async list() {
      const rows = await read.selectFrom("queues").selectAll().execute();
      // Not by the database: each has an order of its own for letters.
      return rows.map(toQueue).sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    find: ({ name }) => findQueue(read, name),

    create: ({ name, slots }) =>
      write(async (db) => {
        await dialect.lock(db, "queues");
        if ((await findQueue(db, name)) !== null) {
          return null;
        }
        await db.insertInto("queues").values({ name, slots, is_paused: 0 }).execute();
        return { name, slots, isPaused: false };
      }),

    update: ({ name, slots, isPaused }) =>
      write(async (db) => {
        const change = {
          ...(slots === undefined ? {} : { slots }),
          ...(isPaused === undefined ? {} : { is_paused: isPaused ? 1 : 0 }),
        };
        if (Object.keys(change).length > 0) {
          await db.updateTable("queues").set(change).where("name", "=", name).execute();
        }
        return findQueue(db, name);
      }),

    remove: ({ name }) =>
      write(async (db) => {
        if (name === defaultQueueName) {
          return { kind: "default" };
        }
        const own = db.selectFrom("queues").select("name").where("name", "=", name);
        if ((await own.modifyEnd(dialect.holdRows.alone).executeTakeFirst()) === undefined) {
          return { kind: "unknown" };
        }
        const tasks = await countNotOver(db, name);
        if (tasks > 0) {
          return { kind: "in_use", tasks };
        }
        await db.deleteFrom("queues").where("name", "=", name).execute();
        return { kind: "removed" };
      }),
  };
}

/** False when there is none. Otherwise it is not removed before the transaction ends. */
export async function holdQueue(db: Connection, dialect: Dialect, name: string): Promise<boolean> {
  const queue = db.selectFrom("queues").select("name").where("name", "=", name);
  return (await queue.modifyEnd(dialect.holdRows.shared).executeTakeFirst()) !== undefined;
}

async function findQueue(db: Connection, name: string): Promise<QueueRow | null> {
  const [row] = (await findByName(db, name)).rows;
  return row === undefined ? null : toQueue(row);
}

async function countNotOver(db: Connection, queue: string): Promise<number> {
  const { count } = await db
    .selectFrom("tasks")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("status", "in", ["pending", "running"])
    .where("queue", "=", queue)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function toQueue(row: Selectable<Database["queues"]>): QueueRow {
  return { name: row.name, slots: row.slots, isPaused: row.is_paused === 1 };
}
