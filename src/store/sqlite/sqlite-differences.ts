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

  // For the same reason.
  holdRows: { shared: sql``, alone: sql`` },

  async tables(db) {
    const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
    return rows.map((row) => row.name).filter((name) => !name.startsWith("sqlite_"));
  },

  async lastId(db, table) {
    const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${table}`.execute(db);
    return rows[0]?.seq ?? 0;
  },

  async countOnFrom(db, table, id) {
    await sql`delete from sqlite_sequence where name = ${table}`.execute(db);
    await sql`insert into sqlite_sequence (name, seq) values (${table}, ${id})`.execute(db);
  },

  now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
};

export const sqliteColumns: ColumnTypes = {
  // Exactly this word makes the id the row's own number.
  bigint: "integer",
  longText: "text",
  bytes: "blob",
  id: (column) => column.primaryKey().autoIncrement(),
  async dropIndex(db, { name }) {
    await db.schema.dropIndex(name).execute();
  },
};
