import { type Insertable, type Kysely, sql } from "kysely";
import type { ColumnTypes, Dialect, LockName } from "../portable/dialect.ts";
import type { Database } from "../portable/schema.ts";

/** Keys of advisory locks: the first number says that they are ours, the second which. Never change one. */
const lockSpace = 8_214_001;
const lockKeys: Readonly<Record<LockName, number>> = {
  accounts: 1,
  nodes: 2,
  idempotency: 3,
  migrations: 4,
  queues: 5,
};

/** What PostgreSQL does its own way. */
export const postgresDifferences: Dialect = {
  async insertWithId(db, table, row) {
    // One table stands for all: each of them has an id, and the row was made for the one that is named.
    const users = db as unknown as Kysely<Pick<Database, "users">>;
    const values = row as unknown as Insertable<Database["users"]>;
    const inserted = await users
      .insertInto(table as "users")
      .values(values)
      .returning("id")
      .executeTakeFirstOrThrow();
    return inserted.id;
  },

  async lock(db, name) {
    await sql`select pg_advisory_xact_lock(${sql.lit(lockSpace)}, ${sql.lit(lockKeys[name])})`.execute(db);
  },

  holdRows: { shared: sql`for share`, alone: sql`for update` },

  async tables(db) {
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()`.execute(db);
    return rows.map((row) => row.name);
  },

  async lastId(db, table) {
    const { rows } = await sql<{ last: number }>`
      select coalesce(last_value, 0) as last from pg_catalog.pg_sequences
      where schemaname = current_schema() and sequencename = ${`${table}_id_seq`}`.execute(db);
    return rows[0]?.last ?? 0;
  },

  async countOnFrom(db, table, id) {
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${sql.lit(Math.max(id, 1))}, ${sql.lit(id > 0)})`.execute(
      db,
    );
  },

  now: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
};

export const postgresColumns: ColumnTypes = {
  bigint: "bigint",
  longText: "text",
  bytes: "bytea",
  // "By default", so that rows can be copied from another database with their ids.
  id: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  async dropIndex(db, { name }) {
    await db.schema.dropIndex(name).execute();
  },
};
