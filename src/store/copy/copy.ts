import { sql } from "kysely";
import type { Engine } from "../portable/dialect.ts";
import type { Connection } from "../portable/schema.ts";
import { StoreRefused } from "../store.ts";
import { copyMark, type Digest, Digester, digestOf, type Row, readRows } from "./rows.ts";
import { type CopiedTable, countedTables, tables } from "./tables.ts";

/**
 * Copies a whole installation from one database into another of any kind, both at this program's schema.
 *
 * The source is only read. The target must hold nothing but what its migrations put there, or an earlier copy that was not
 * finished: it is marked first (`copy` in its meta table), and the mark goes last, after every table was read back and its
 * count and checksum found to be the source's. With the mark, no server starts on it. So a copy that dies half-way harms
 * nothing, and is done again from the start.
 *
 * Nobody may write to the source meanwhile: what was read early would be older than what was read late. The caller sees to
 * that; and a row that came or changed between reading and checking shows as a checksum that differs.
 *
 * Ids are kept, and the target goes on counting where the source was: an id is never used twice.
 */
export type CopyReport = { table: string; digest: Digest }[];

/** Throws StoreRefused, with a sentence, when the target is in use or the copy is not the same. */
export async function copyDatabase(
  from: Engine,
  to: Engine,
  onTable: (name: string, rows: number) => void,
): Promise<CopyReport> {
  await assertEmpty(to);
  await setMark(to.writer);
  await clear(to.writer);
  const report: CopyReport = [];
  for (const table of tables) {
    const digest = await copyTable(from.reader, to.writer, table);
    report.push({ table: table.name, digest });
    onTable(table.name, digest.rows);
  }
  for (const name of countedTables) {
    await to.dialect.countOnFrom(to.writer, name, await from.dialect.lastId(from.reader, name));
  }
  await to.makeDurable();
  await compare(to.reader, report);
  await to.writer.deleteFrom("meta").where("name", "=", copyMark).execute();
  await to.makeDurable();
  return report;
}

/** Throws StoreRefused when a copy into this database was begun and not finished. */
export async function assertWholeCopy(db: Connection): Promise<void> {
  if (!(await isWholeCopy(db))) {
    throw new StoreRefused(
      'A copy into this database was begun and not finished, so it is not whole. Run "utm db copy" into it again.',
    );
  }
}

/** False when a copy into this database was begun and not finished. */
export async function isWholeCopy(db: Connection): Promise<boolean> {
  const mark = await db.selectFrom("meta").select("name").where("name", "=", copyMark).executeTakeFirst();
  return mark === undefined;
}

async function assertEmpty(to: Engine): Promise<void> {
  const isWhole = await isWholeCopy(to.reader);
  for (const name of ["users", "nodes", "tasks"] as const) {
    const row = await to.reader.selectFrom(name).select("id").limit(1).executeTakeFirst();
    if (row !== undefined && isWhole) {
      throw new StoreRefused(
        `The target, ${to.description}, holds an installation already (there are ${name}). Give an empty database.`,
      );
    }
  }
}

async function setMark(db: Connection): Promise<void> {
  await db.deleteFrom("meta").where("name", "=", copyMark).execute();
  await db.insertInto("meta").values({ name: copyMark, value: "begun" }).execute();
}

/** Of what an unfinished copy left. What the migrations put there goes when the same is copied. */
async function clear(db: Connection): Promise<void> {
  for (const { name } of tables.toReversed()) {
    if (name !== "meta") {
      await db.deleteFrom(name).execute();
    }
  }
}

/** In transactions of a piece each. Answers what was read, which the target has to give back. */
async function copyTable(from: Connection, to: Connection, table: CopiedTable): Promise<Digest> {
  const digester = new Digester();
  for await (const rows of readRows(from, table)) {
    await to.transaction().execute(async (db) => {
      if (table.name === "meta") {
        await db.deleteFrom("meta").where("name", "!=", copyMark).execute();
      }
      const atOnce = table.isLarge === true ? 1 : rowsPerStatement;
      for (let first = 0; first < rows.length; first += atOnce) {
        await insertRows(db, table.name, rows.slice(first, first + atOnce));
      }
    });
    for (const row of rows) {
      digester.add(row);
    }
  }
  return digester.digest;
}

/** Every database takes so many values in one statement, also of the widest table. */
const rowsPerStatement = 20;

async function insertRows(db: Connection, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  await sql`insert into ${sql.table(table)} (${names}) values ${sql.join(values)}`.execute(db);
}

async function compare(db: Connection, report: CopyReport): Promise<void> {
  for (const table of tables) {
    const original = report.find((copied) => copied.table === table.name)?.digest;
    const copy = await digestOf(db, table);
    if (copy.rows !== original?.rows || copy.checksum !== original.checksum) {
      throw new StoreRefused(
        `The copy of ${table.name} is not the same as the original (${original?.rows} rows there, ${copy.rows} here). Was somebody writing to one of the databases? Run the copy again.`,
      );
    }
  }
}
