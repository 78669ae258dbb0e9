import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { assertKnown, migrate } from "../migrations/migrate.ts";
import type { Engine } from "../portable/dialect.ts";
import { openPortableStore } from "../portable/portable-store.ts";
import type { Database } from "../portable/schema.ts";
import { type Store, StoreRefused, StoreUnavailable } from "../store.ts";
import { openDiskSync } from "./disk-sync.ts";
import { nodeSqliteDialect, type OpenedFile, retryWhileBusy } from "./node-sqlite-dialect.ts";
import { sqliteColumns, sqliteDifferences } from "./sqlite-differences.ts";

/**
 * NORMAL: a commit does not wait for the disk, which would stop the event loop. The wait is done beside it (disk-sync.ts)
 * before a write is answered, so an answered write survives a loss of power all the same.
 */
const synchronous = "normal";
/** A write-ahead log that a burst made large is cut back to this at the next checkpoint. */
const walLimitBytes = 64 * 1024 * 1024;
/** The reader waits on SQLite only while another process recovers the log after a crash. */
const readerWaitMs = 5000;

/**
 * Opens the database in the file, makes it when it is missing, and brings it to this program's schema.
 * Throws StoreRefused when the file cannot be used.
 */
export async function openSqliteStore({ file }: { file: string }): Promise<Store> {
  return openPortableStore(await openSqliteEngine({ file, isToMigrate: true }));
}

/** The same below its verbs. What is not to be migrated has to be there. */
export async function openSqliteEngine(options: { file: string; isToMigrate: boolean }): Promise<Engine> {
  const path = resolve(options.file);
  if (!options.isToMigrate && !existsSync(path)) {
    throw new StoreRefused(`There is no database yet: ${path} does not exist.`);
  }
  createFile(path);
  try {
    return await openEngine(path, options.isToMigrate);
  } catch (error) {
    throw error instanceof StoreUnavailable ? new StoreRefused(error.message, { cause: error }) : error;
  }
}

/** Two connections: in a write-ahead log a reader sees what is committed, and never waits for the writer. */
async function openEngine(path: string, isToMigrate: boolean): Promise<Engine> {
  const writing = openFile(path, { timeout: 0 });
  try {
    await prepareWriter(writing);
    const writer = new Kysely<Database>({ dialect: nodeSqliteDialect(writing) });
    if (isToMigrate) {
      await migrate(writer, sqliteColumns, sqliteDifferences);
    }
    const log = openDiskSync(path);
    const reading = openFile(path, { timeout: readerWaitMs, readOnly: true });
    return {
      writer,
      reader: new Kysely<Database>({ dialect: nodeSqliteDialect(reading) }),
      dialect: sqliteDifferences,
      description: `SQLite, ${path}`,
      makeDurable: log.sync,
      async verify() {
        writing.verify();
      },
      async close() {
        await log.close();
        reading.db.close();
        // Last, because the last one that may write clears the log away.
        writing.db.close();
      },
    };
  } catch (error) {
    writing.db.close();
    throw error;
  }
}

/** Makes the directory and the file, both for this user alone: password hashes are in it. */
function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreRefused(
      `The database ${path} cannot be made or written to (${why}). Give a directory that this user may write to.`,
      { cause: error },
    );
  }
}

function openFile(path: string, options: { timeout: number; readOnly?: boolean }): OpenedFile {
  const db = new DatabaseSync(path, options);
  const opened = statSync(path);
  return {
    db,
    path,
    verify() {
      const current = statSync(path, { throwIfNoEntry: false });
      if (current?.ino !== opened.ino || current.dev !== opened.dev) {
        throw new StoreUnavailable(
          `The database file ${path} was removed or replaced while the server was running. Put it back or restart the server.`,
        );
      }
    },
  };
}

/** Looks before it changes anything: a file of another program or of a newer version stays as it is. */
async function prepareWriter({ db, path }: OpenedFile): Promise<void> {
  await retryWhileBusy(path, () => assertOurs(db, path));
  await retryWhileBusy(path, () => db.exec("pragma journal_mode = wal"));
  db.exec(
    `pragma synchronous = ${synchronous}; pragma journal_size_limit = ${walLimitBytes}; pragma temp_store = memory`,
  );
}

function assertOurs(db: DatabaseSync, path: string): void {
  const tables = db.prepare("select name from sqlite_master where type = 'table'").all();
  if (tables.length === 0) {
    return;
  }
  const foreign = `The file ${path} is the database of another program. Give another file.`;
  if (!["meta", "tasks"].every((name) => tables.some((table) => table.name === name))) {
    throw new StoreRefused(foreign);
  }
  const row = db.prepare("select * from meta where name = 'schema_version'").get();
  if (row === undefined) {
    throw new StoreRefused(foreign);
  }
  assertKnown(Number(row.value));
}
