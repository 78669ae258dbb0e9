import { type Dialect, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from "kysely";
import { migrate } from "../migrations/migrate.ts";
import type { Engine } from "../portable/dialect.ts";
import type { OpenOptions } from "../portable/open-options.ts";
import type { Database } from "../portable/schema.ts";
import { assertOurs } from "../servers/assert-ours.ts";
import { ConnectionPool } from "../servers/connection-pool.ts";
import { openPatiently } from "../servers/opening.ts";
import { parseServerAddress, type ServerAddress } from "../servers/server-address.ts";
import { serverDriver } from "../servers/server-driver.ts";
import { serverEngine } from "../servers/server-engine.ts";
import { ServerAway } from "../servers/trouble.ts";
import { StoreRefused } from "../store.ts";
import { type ConnectionOptions, connectPostgres } from "./postgres-connection.ts";
import { postgresColumns, postgresDifferences } from "./postgres-differences.ts";

const oldestVersion = 13;

/**
 * Opens the database that the URL names and brings it to this program's schema if it is to. Throws StoreRefused when it cannot be used,
 * and changes nothing then.
 */
export async function openPostgresEngine({ databaseUrl, onWaiting, isToMigrate }: OpenOptions): Promise<Engine> {
  const address = parseServerAddress(databaseUrl, 5432);
  return openPatiently(address, () => openEngine(address, isToMigrate), onWaiting);
}

async function openEngine(address: ServerAddress, isToMigrate: boolean): Promise<Engine> {
  const version = await prepare(address, isToMigrate);
  return serverEngine({
    writer: connected(address, 1, { isTimed: true }),
    reader: connected(address, address.connections - 1, { isTimed: true }),
    dialect: postgresDifferences,
    description: `PostgreSQL ${version}, ${address.place}`,
  });
}

/** Looks before it changes anything. Answers the version of the server. */
async function prepare(address: ServerAddress, isToMigrate: boolean): Promise<string> {
  const { db, pool } = connected(address, 1, { isTimed: false });
  try {
    const version = await assertUsable(db, address.place);
    await assertOurs(db, { dialect: postgresDifferences, marks: ["meta", "tasks"], server: address.place });
    if (isToMigrate) {
      await migrate(db, postgresColumns, postgresDifferences);
    }
    return version;
  } finally {
    pool.close();
  }
}

async function assertUsable(db: Kysely<Database>, server: string): Promise<string> {
  const { rows } = await sql<{ version: string; encoding: string; place: string | null }>`
    select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
      current_schema() as place`.execute(db);
  const { version = "0", encoding = "", place = null } = rows[0] ?? {};
  const [number = "0"] = version.split(" ");
  if (Number.parseInt(number, 10) < oldestVersion) {
    throw new StoreRefused(
      `The database ${server} is PostgreSQL ${number}, which is too old. PostgreSQL ${oldestVersion} or newer is needed.`,
    );
  }
  if (encoding !== "UTF8") {
    throw new StoreRefused(
      `The database ${server} has the encoding ${encoding}, which cannot hold every text. Create it with ENCODING 'UTF8'.`,
    );
  }
  if (place === null) {
    throw new StoreRefused(`The user may see no schema of the database ${server}. Make it the owner of the database.`);
  }
  return number;
}

type Connected = { db: Kysely<Database>; pool: ConnectionPool };

function connected(address: ServerAddress, size: number, options: ConnectionOptions): Connected {
  const pool = new ConnectionPool({
    size,
    connect: () => connectPostgres(address, options),
    exhausted: () => new ServerAway(`The database ${address.place} is busy: no connection came free in time.`),
  });
  const dialect: Dialect = {
    createDriver: () => serverDriver(pool, "begin isolation level read committed"),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
  return { db: new Kysely<Database>({ dialect }), pool };
}
