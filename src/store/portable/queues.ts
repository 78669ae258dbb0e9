import type { Selectable } from "kysely";
import type { QueueRow, Queues } from "../store.ts";
import type { Access } from "./access.ts";
import type { Database } from "./schema.ts";

export function queuesOn({ read }: Access): Queues {
  return {
    async list() {
      const rows = await read.selectFrom("queues").selectAll().orderBy("name").execute();
      return rows.map(toQueue);
    },

    async find(by) {
      const row = await read.selectFrom("queues").selectAll().where("name", "=", by.name).executeTakeFirst();
      return row === undefined ? null : toQueue(row);
    },
  };
}

function toQueue(row: Selectable<Database["queues"]>): QueueRow {
  return { name: row.name, slots: row.slots, isPaused: row.is_paused === 1 };
}
