import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { rowsOnServer } from "./databases/chosen.ts";

type Rows = Record<string, unknown>[];

/** All rows of the database of a server that runs, by table; read from the database itself, not through the product. */
export async function readRecord(server: { directory: string }): Promise<Record<string, Rows>> {
  return (await rowsOnServer(server.directory)) ?? rowsInFile(server);
}

function rowsInFile(server: { directory: string }): Record<string, Rows> {
  const database = new DatabaseSync(join(server.directory, "utm.sqlite"), { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table' order by name").all();
    const names = tables.map((table) => String(table.name)).filter((name) => !name.startsWith("sqlite_"));
    return Object.fromEntries(names.map((name) => [name, database.prepare(`select * from "${name}"`).all()]));
  } finally {
    database.close();
  }
}
