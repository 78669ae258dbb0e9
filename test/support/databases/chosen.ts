import { createDatabase, type ServerKind, type TestDatabase } from "./fresh-database.ts";

/** The kind of database that servers of tests keep their record in: UTM_TEST_DATABASE is sqlite (the default), postgres or mysql. */
const chosen = process.env.UTM_TEST_DATABASE ?? "sqlite";
if (!["sqlite", "postgres", "mysql"].includes(chosen)) {
  throw new Error(`UTM_TEST_DATABASE is "${chosen}"; give sqlite, postgres or mysql.`);
}

export const chosenServer: ServerKind | null = chosen === "sqlite" ? null : (chosen as ServerKind);

const byDirectory = new Map<string, TestDatabase>();

/** The database that belongs to the data directory, made when there is none; null for the file in it. */
export async function databaseFor(directory: string): Promise<string | null> {
  if (chosenServer === null) {
    return null;
  }
  const database = byDirectory.get(directory) ?? (await createDatabase(chosenServer));
  byDirectory.set(directory, database);
  return database.url;
}

/** To be called when no server uses it any more. */
export async function dropDatabaseFor(directory: string): Promise<void> {
  const database = byDirectory.get(directory);
  byDirectory.delete(directory);
  await database?.drop();
}

/** All its rows, beside the product; null when it is the file in the directory. */
export async function rowsOnServer(directory: string): Promise<Record<string, Record<string, unknown>[]> | null> {
  const database = byDirectory.get(directory);
  return database === undefined ? null : database.rows();
}
