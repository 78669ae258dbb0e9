import { sql } from "kysely";
import type { ColumnTypes, Dialect } from "../portable/dialect.ts";

/** One row per lock; locked by writing it, until the transaction ends. Made before all others, so it marks a database as ours. */
export const lockTable = "utm_locks";

/**
 * What MySQL and MariaDB do their own way. One more thing to know when writing statements: MySQL sets the columns of an
 * update one after the other, and an expression sees the new value of those before it.
 */
export const mysqlDifferences: Dialect = {
  async insertWithId(db, table, row) {
    const result = await db.insertInto(table).values(row).executeTakeFirstOrThrow();
    return Number(result.insertId);
  },

  async lock(db, name) {
    const table = sql.table(lockTable);
    await sql`insert into ${table} (name) values (${name}) on duplicate key update name = ${name}`.execute(db);
  },

  // MariaDB knows no "for share".
  holdRows: { shared: sql`lock in share mode`, alone: sql`for update` },

  async tables(db) {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = database() and table_type = 'BASE TABLE'`.execute(db);
    return rows.map((row) => row.name).filter((name) => name !== lockTable);
  },

  // What MySQL says of its counter may be a day old (information_schema_stats_expiry), so the rows are asked as well.
  async lastId(db, table) {
    const { rows } = await sql<{ last: number | null; next: number | null }>`
      select (select max(id) from ${sql.table(table)}) as last, auto_increment as next
      from information_schema.tables where table_schema = database() and table_name = ${table}`.execute(db);
    return Math.max(rows[0]?.last ?? 0, (rows[0]?.next ?? 1) - 1);
  },

  async countOnFrom(db, table, id) {
    await sql`alter table ${sql.table(table)} auto_increment = ${sql.lit(id + 1)}`.execute(db);
  },

  now: sql<number>`cast(unix_timestamp(sysdate(3)) * 1000 as signed)`,
};

export const mysqlColumns: ColumnTypes = {
  bigint: "bigint",
  // Up to 16 megabytes.
  longText: sql`mediumtext`,
  bytes: sql`longblob`,
  id: (column) => column.primaryKey().autoIncrement(),
  async dropIndex(db, { table, name }) {
    await db.schema.dropIndex(name).on(table).execute();
  },
};
