import { existsSync } from "node:fs";
import { sql } from "kysely";
import type { Config } from "../config/load.ts";
import { type CopyReport, copyDatabase, isWholeCopy } from "../store/copy/copy.ts";
import { tables } from "../store/copy/tables.ts";
import { readVersion, schemaVersion } from "../store/migrations/migrate.ts";
import { openEngine } from "../store/open.ts";
import type { Engine } from "../store/portable/dialect.ts";
import type { Connection } from "../store/portable/schema.ts";
import { lockDirectory } from "../supervise/directory-lock.ts";

/** What `utm db` does: looks at the record, brings it to this program's schema, copies it into another database. */
export type DatabaseStatus = {
  description: string;
  /** The schema it has (0: empty), and the one this program works with. */
  schema: number;
  programSchema: number;
  /** False when a copy into it was not finished. */
  isWhole: boolean;
  rows: { table: string; rows: number }[];
};

type Say = (sentence: string) => void;

/** Changes nothing. Throws StoreRefused when there is none, or it is another program's. */
export async function databaseStatus(databaseUrl: string, say: Say): Promise<DatabaseStatus> {
  const engine = await openEngine({ databaseUrl, isToMigrate: false, onWaiting: say });
  try {
    const schema = await readVersion(engine.reader, engine.dialect);
    const there = schema === 0 ? [] : await engine.dialect.tables(engine.reader);
    const rows: DatabaseStatus["rows"] = [];
    for (const { name } of tables) {
      if (there.includes(name)) {
        rows.push({ table: name, rows: await countRows(engine.reader, name) });
      }
    }
    const isWhole = schema === 0 || (await isWholeCopy(engine.reader));
    return { description: engine.description, schema, programSchema: schemaVersion, isWhole, rows };
  } finally {
    await engine.close();
  }
}

/** Throws StoreRefused when it cannot be migrated. Servers do the same when they start. */
export async function migrateDatabase(databaseUrl: string, say: Say): Promise<{ from: number; to: number }> {
  const from = await schemaBefore(databaseUrl, say);
  const engine = await openEngine({ databaseUrl, isToMigrate: true, onWaiting: say });
  await engine.close();
  return { from, to: schemaVersion };
}

async function schemaBefore(databaseUrl: string, say: Say): Promise<number> {
  if (databaseUrl.startsWith("sqlite:")) {
    // A file that is not there yet is made.
    return databaseStatus(databaseUrl, say).then(
      ({ schema }) => schema,
      () => 0,
    );
  }
  return (await databaseStatus(databaseUrl, say)).schema;
}

/**
 * Copies the record of a stopped installation into an empty database. Throws DirectoryInUse when a server works in the data
 * directory, and StoreRefused with a sentence in all other cases.
 */
export async function copyInstallation(
  config: Config,
  to: { databaseUrl: string; isForced: boolean },
  onTable: (name: string, rows: number) => void,
  say: Say,
): Promise<{ from: string; to: string; report: CopyReport }> {
  // Held all the while, so that no server begins to write.
  const lock = existsSync(config.dataDir) ? lockDirectory(config.dataDir) : null;
  const opened: Engine[] = [];
  try {
    const open = async (databaseUrl: string) => {
      const engine = await openEngine({ databaseUrl, isToMigrate: true, onWaiting: say });
      opened.push(engine);
      return engine;
    };
    const source = await open(config.databaseUrl);
    if (!to.isForced && !config.databaseUrl.startsWith("sqlite:")) {
      await assertNobodyWorks(source);
    }
    const target = await open(to.databaseUrl);
    const report = await copyDatabase(source, target, onTable);
    return { from: source.description, to: target.description, report };
  } finally {
    for (const engine of opened) {
      await engine.close();
    }
    lock?.release();
  }
}

/** A database on a server may be written to from anywhere; who does has a lease. */
async function assertNobodyWorks({ reader, dialect, description }: Engine): Promise<void> {
  const alive = await reader
    .selectFrom("nodes")
    .select(["name", sql<number>`lease_until - ${dialect.now}`.as("leftMs")])
    .where(sql<boolean>`lease_until > ${dialect.now}`)
    .execute();
  const [first] = alive;
  if (first !== undefined) {
    const seconds = Math.ceil(Number(first.leftMs) / 1000);
    throw new Error(
      `Node ${first.name} works on ${description}, or was stopped a moment ago. Stop every server and worker, and wait ${seconds} s for its lease to end; or give --force when you know that none runs.`,
    );
  }
}

async function countRows(db: Connection, table: (typeof tables)[number]["name"]): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
  return Number(rows[0]?.count);
}
