import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";
import type { Connection } from "../portable/schema.ts";
import { StoreRefused } from "../store.ts";
import { firstSchema } from "./0001-first-schema.ts";
import { processControl } from "./0002-process-control.ts";
import { nodes } from "./0003-nodes.ts";

/**
 * Migrations: numbered, forward only. The number of the last one that ran is in the database, read and written in the
 * same writing transaction as the change itself, so of two processes that start at once one waits and then finds
 * nothing left to do.
 */
type Migration = (db: BareConnection, columns: ColumnTypes) => Promise<void>;

/** The position is the number, from 1. Never change or reorder what was released. */
const migrations: readonly Migration[] = [firstSchema, processControl, nodes];

/** The schema this program knows. */
export const schemaVersion = migrations.length;

/**
 * Brings the database to this program's schema, and answers the random id the installation has had since it was made.
 * Throws StoreRefused when a newer program wrote it.
 */
export async function migrate(writer: Connection, columns: ColumnTypes): Promise<{ installationId: string }> {
  return writer.transaction().execute(async (db) => {
    const version = await readVersion(db);
    assertKnown(version);
    for (const migration of migrations.slice(version)) {
      await migration(db as unknown as BareConnection, columns);
    }
    if (version < schemaVersion) {
      await writeVersion(db, version);
    }
    const meta = db.selectFrom("meta").select("value").where("name", "=", "installation_id");
    return { installationId: (await meta.executeTakeFirstOrThrow()).value };
  });
}

/** Throws StoreRefused when the schema is of a later version. */
export function assertKnown(version: number): void {
  if (version > schemaVersion) {
    throw new StoreRefused(
      `This database was written by a newer version (its schema is ${version}, this program knows ${schemaVersion}). Install the newer version, or give another data directory.`,
    );
  }
}

async function readVersion(db: Connection): Promise<number> {
  const tables = await db.introspection.getTables();
  if (!tables.some((table) => table.name === "meta")) {
    return 0;
  }
  const row = await db.selectFrom("meta").select("value").where("name", "=", "schema_version").executeTakeFirst();
  return row === undefined ? 0 : Number(row.value);
}

async function writeVersion(db: Connection, previous: number): Promise<void> {
  const value = String(schemaVersion);
  if (previous === 0) {
    await db.insertInto("meta").values({ name: "schema_version", value }).execute();
  } else {
    await db.updateTable("meta").set({ value }).where("name", "=", "schema_version").execute();
  }
}
