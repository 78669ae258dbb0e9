import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { registered } from "../conformance/sample.ts";
import { schemaVersion } from "../migrations/migrate.ts";
import { openStore } from "../open.ts";
import { StoreRefused } from "../store.ts";
import { openSqliteStore } from "./open.ts";

let directory = "";
let file = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "utm-opening-"));
  file = join(directory, "record.db");
});
afterEach(() => rm(directory, { recursive: true }));

/** The sentence with which opening is refused. */
async function refusal(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreRefused);
  return error instanceof Error ? error.message : "";
}

test("a database that is missing is made, directories included, and found again", async () => {
  const deep = join(directory, "a", "b", "record.db");
  const store = await openStore({ databaseUrl: `sqlite://${deep}` });
  const node = await registered(store);
  await store.close();
  const again = await openStore({ databaseUrl: `sqlite:${deep}` });
  expect(await again.nodes.list()).toMatchObject([{ id: node.id, key: node.key, seenAt: node.seenAt }]);
  await again.close();
});

test("a database of a newer version is refused and left as it is", async () => {
  await (await openSqliteStore({ file })).close();
  const db = new DatabaseSync(file);
  db.exec(`update meta set value = '${schemaVersion + 1}' where name = 'schema_version'; drop table task_tags`);
  db.close();
  const before = await readFile(file);
  expect(await refusal(openSqliteStore({ file }))).toBe(
    `This database was written by a newer version (its schema is ${schemaVersion + 1}, this program knows ${schemaVersion}). Install the newer version, or give another database.`,
  );
  expect(await readFile(file)).toEqual(before);
});

test("a file that is no database is refused and left as it is", async () => {
  const text = "Dear diary, ".repeat(1000);
  await writeFile(file, text);
  expect(await refusal(openSqliteStore({ file }))).toBe(
    `The file ${file} is not an SQLite database. Give another file.`,
  );
  expect(await readFile(file, "utf8")).toBe(text);
});

test("the database of another program is refused and left as it is", async () => {
  const db = new DatabaseSync(file);
  db.exec("create table meta (id integer); create table songs (title text)");
  db.close();
  const before = await readFile(file);
  expect(await refusal(openSqliteStore({ file }))).toBe(
    `The file ${file} is the database of another program. Give another file.`,
  );
  expect(await readFile(file)).toEqual(before);
});

test("a place where no file can be made is refused with the reason", async () => {
  await writeFile(file, "");
  const below = join(file, "record.db");
  expect(await refusal(openSqliteStore({ file: below }))).toContain(
    `The database ${below} cannot be made or written to`,
  );
  await mkdir(join(directory, "taken"));
  expect(await refusal(openSqliteStore({ file: join(directory, "taken") }))).toContain("EISDIR");
});

test.each([
  ["oracle://user:secret@host/db", "DATABASE_URL is not understood."],
  ["/plain/path.db", "DATABASE_URL is not understood."],
  ["sqlite://host/path.db", "three slashes"],
  ["sqlite:", "names no file"],
  ["sqlite::memory:", "names no file"],
])("%s is refused, and no password is repeated", async (databaseUrl, sentence) => {
  const message = await refusal(openStore({ databaseUrl }));
  expect(message).toContain(sentence);
  expect(message).not.toContain("secret");
});
