import { isIP } from "node:net";
import {
  type Dialect,
  Kysely,
  type KyselyPlugin,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  sql,
} from "kysely";
import { migrate } from "../migrations/migrate.ts";
import type { Engine } from "../portable/dialect.ts";
import type { OpenOptions } from "../portable/open-options.ts";
import type { Database } from "../portable/schema.ts";
import { ConnectionPool } from "../servers/connection-pool.ts";
import { openPatiently } from "../servers/opening.ts";
import { parseServerAddress, type ServerAddress } from "../servers/server-address.ts";
import { serverDriver } from "../servers/server-driver.ts";
import { serverEngine } from "../servers/server-engine.ts";
import { ServerAway } from "../servers/trouble.ts";
import { StoreRefused } from "../store.ts";
import { connectMysql, isMariaDb, type MysqlConnectionOptions } from "./mysql-connection.ts";
import { lockTable, mysqlColumns, mysqlDifferences } from "./mysql-differences.ts";
import { tablePlugin } from "./table-plugin.ts";

/** The first ones that compare texts to the last space (`collation`), and what MySQL needs for it. */
const products = {
  mariadb: { name: "MariaDB", oldest: [10, 6], collation: "utf8mb4_nopad_bin" },
  mysql: { name: "MySQL", oldest: [8, 0, 17], collation: "utf8mb4_0900_bin" },
} as const;

const working: MysqlConnectionOptions = { isTimed: true, passesOverWhatIsThere: false };
const migrating: MysqlConnectionOptions = { isTimed: false, passesOverWhatIsThere: true };
/** How long one process waits for another that migrates. */
const migrationWaitSeconds = 600;

/**
 * Opens the database that the URL names and brings it to this program's schema if it is to. Throws StoreRefused when it
 * cannot be used, and changes nothing then.
 */
export async function openMysqlEngine({ databaseUrl, onWaiting, isToMigrate }: OpenOptions): Promise<Engine> {
  const address = parseServerAddress(databaseUrl, 3306);
  // The driver would compare the certificate with "localhost" then.
  if (address.sslMode === "verify-full" && isIP(address.host) !== 0) {
    throw new StoreRefused(
      `sslmode=verify-full compares the certificate with the name of the host, and ${address.host} is an address. Give the name, or sslmode=verify-ca.`,
    );
  }
  return openPatiently(address, () => openEngine(address, isToMigrate), onWaiting);
}

async function openEngine(address: ServerAddress, isToMigrate: boolean): Promise<Engine> {
  const product = await prepare(address, isToMigrate);
  return serverEngine({
    writer: connected(address, 1, working),
    reader: connected(address, address.connections - 1, working),
    dialect: mysqlDifferences,
    description: `${product}, ${address.place}`,
  });
}

/** Looks before it changes anything. Answers the name and version of the server. */
async function prepare(address: ServerAddress, isToMigrate: boolean): Promise<string> {
  const plain = connected(address, 1, { ...migrating, passesOverWhatIsThere: false });
  try {
    const { product, version } = await assertUsable(plain.db, address.place);
    await assertOurs(plain.db, address.place);
    if (isToMigrate) {
      await migrateAlone(address, product.collation);
    }
    return `${product.name} ${version}`;
  } finally {
    plain.pool.close();
  }
}

async function assertUsable(db: Kysely<Database>, server: string) {
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db);
  const said = rows[0]?.version ?? "";
  const product = isMariaDb(said) ? products.mariadb : products.mysql;
  const version = /^\d+(\.\d+)*/.exec(said)?.[0] ?? "0";
  if (isOlder(version.split(".").map(Number), product.oldest)) {
    const oldest = product.oldest.join(".");
    throw new StoreRefused(
      `The database ${server} is ${product.name} ${version}, which is too old. ${product.name} ${oldest} or newer is needed.`,
    );
  }
  return { product, version };
}

function isOlder(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [index, least] of oldest.entries()) {
    const part = version[index] ?? 0;
    if (part !== least) {
      return part < least;
    }
  }
  return false;
}

async function assertOurs(db: Kysely<Database>, server: string): Promise<void> {
  const tables = await mysqlDifferences.tables(db);
  const { rows } = await sql`
    select 1 from information_schema.tables
    where table_schema = database() and table_name = ${lockTable}`.execute(db);
  if (tables.length > 0 && rows.length === 0) {
    throw new StoreRefused(
      `The database ${server} has tables of another program. Give a database that is empty or this program's own.`,
    );
  }
}

/** MySQL commits at each change of a table, so no transaction keeps a second process out; a lock of the connection does. */
async function migrateAlone(address: ServerAddress, collation: string): Promise<void> {
  const { db, pool } = connected(address, 1, migrating, [tablePlugin(collation)]);
  const lock = sql`concat('utm migrations ', md5(database()))`;
  try {
    await db.connection().execute(async (only) => {
      const { rows } = await sql<{
        got: number | null;
      }>`select get_lock(${lock}, ${migrationWaitSeconds}) as got`.execute(only);
      if (rows[0]?.got !== 1) {
        throw new StoreRefused(`Another process has been migrating the database ${address.place} for too long.`);
      }
      await only.schema
        .createTable(lockTable)
        .ifNotExists()
        .addColumn("name", "varchar(50)", (column) => column.primaryKey())
        .execute();
      await migrate(only, mysqlColumns, mysqlDifferences);
      await sql`select release_lock(${lock})`.execute(only);
    });
  } finally {
    pool.close();
  }
}

type Connected = { db: Kysely<Database>; pool: ConnectionPool };

function connected(
  address: ServerAddress,
  size: number,
  options: MysqlConnectionOptions,
  plugins: KyselyPlugin[] = [],
): Connected {
  const pool = new ConnectionPool({
    size,
    connect: () => connectMysql(address, options),
    exhausted: () => new ServerAway(`The database ${address.place} is busy: no connection came free in time.`),
  });
  const dialect: Dialect = {
    createDriver: () => serverDriver(pool, "start transaction"),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createAdapter: () => new MysqlAdapter(),
    createIntrospector: (db) => new MysqlIntrospector(db),
  };
  return { db: new Kysely<Database>({ dialect, plugins }), pool };
}
