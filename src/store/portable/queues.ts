import type { Selectable } from "kysely";
import type { QueueRow, Queues } from "../store.ts";
import type { Access } from "./access.ts";
import type { Database } from "./schema.ts";
import { statement } from "./statement.ts";

const findByName = statement(1, (db, name: string) => db.selectFrom("queues").selectAll().where("name", "=", name));

export function queuesOn({ read }: Access): Queues {
  return {
    async list() {
      const rows = await read.selectFrom("queues").selectAll().execute();
      // Not by the database: each has an order of its own for letters.
      return rows.map(toQueue).sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    async find(by) {
      const [row] = (await findByName(read, by.name)).rows;
      return row === undefined ? null : toQueue(row);
    },
  };
}

function toQueue(row: Selectable<Database["queues"]>): QueueRow {
  return { name: row.name, slots: row.slots, isPaused: row.is_paused === 1 };
}
