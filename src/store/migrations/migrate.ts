import type { BareConnection, ColumnTypes, Dialect } from "../portable/dialect.ts";
import type { Connection } from "../portable/schema.ts";
import { StoreRefused } from "../store.ts";
import { firstSchema } from "./0001-first-schema.ts";
import { processControl } from "./0002-process-control.ts";
import { nodes } from "./0003-nodes.ts";
import { outputBlocks } from "./0004-output-blocks.ts";
import { ownEnds } from "./0005-own-ends.ts";
import { namedTokens } from "./0006-named-tokens.ts";
import { outputMarks } from "./0007-output-marks.ts";

/**
 * Migrations: numbered, forward only. The number of the last one that ran is in the database, read and written in the
 * same writing transaction as the change itself, so of two processes that start at once one waits and then finds
 * nothing left to do.
 *
 * MySQL commits at every change of a table. There a migration that was interrupted is run again from its beginning, with
 * what is there already passed over (mysql/migration-driver.ts); so no migration may change rows in a way that must not
 * be done twice.
 */
type Migration = (db: BareConnection, columns: ColumnTypes) => Promise<void>;

/** The position is the number, from 1. Never change or reorder what was released. */
const migrations: readonly Migration[] = [
  firstSchema,
  processControl,
  nodes,
  outputBlocks,
  ownEnds,
  namedTokens,
  outputMarks,
];

/** The schema this program knows. */
export const schemaVersion = migrations.length;

/** Brings the database to this program's schema. Throws StoreRefused when a newer program wrote it. */
export async function migrate(writer: Connection, columns: ColumnTypes, dialect: Dialect): Promise<void> {
  await writer.transaction().execute(async (db) => {
    await dialect.lock(db, "migrations");
    const version = await readVersion(db, dialect);
    assertKnown(version);
    for (const [index, migration] of migrations.entries()) {
      if (index >= version) {
        await migration(db as unknown as BareConnection, columns);
        await writeVersion(db, index + 1);
      }
    }
  });
}

/** Throws StoreRefused when the schema is of a later version. */
export function assertKnown(version: number): void {
  if (version > schemaVersion) {
    throw new StoreRefused(
      `This database was written by a newer version (its schema is ${version}, this program knows ${schemaVersion}). Install the newer version, or give another database.`,
    );
  }
}

/** The schema the database has; 0 for an empty one. */
export async function readVersion(db: Connection, dialect: Dialect): Promise<number> {
  const tables = await dialect.tables(db);
  if (!tables.includes("meta")) {
    return 0;
  }
  const row = await db.selectFrom("meta").select("value").where("name", "=", "schema_version").executeTakeFirst();
  return row === undefined ? 0 : Number(row.value);
}

async function writeVersion(db: Connection, version: number): Promise<void> {
  const value = String(version);
  if (version === 1) {
    await db.insertInto("meta").values({ name: "schema_version", value }).execute();
  } else {
    await db.updateTable("meta").set({ value }).where("name", "=", "schema_version").execute();
  }
}
