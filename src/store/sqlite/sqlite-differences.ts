import { sql } from "kysely";
import type { ColumnTypes, Dialect } from "../portable/dialect.ts";

/** What SQLite does its own way. */
export const sqliteDifferences: Dialect = {
  async insertWithId(db, table, row) {
    const result = await db.insertInto(table).values(row).executeTakeFirstOrThrow();
    return Number(result.insertId);
  },

  // Nothing to do: every transaction begins with the one lock there is (begin immediate).
  async lock() {},

  now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
};

export const sqliteColumns: ColumnTypes = {
  // Exactly this word makes the id the row's own number.
  bigint: "integer",
  longText: "text",
  id: (column) => column.primaryKey().autoIncrement(),
  async dropIndex(db, { name }) {
    await db.schema.dropIndex(name).execute();
  },
};
