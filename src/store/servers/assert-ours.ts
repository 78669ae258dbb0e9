import type { Dialect } from "../portable/dialect.ts";
import type { Connection } from "../portable/schema.ts";
import { StoreRefused } from "../store.ts";

/** Throws StoreRefused when the database has tables and they are not this program's. Changes nothing. */
export async function assertOurs(
  db: Connection,
  { dialect, marks, server }: { dialect: Dialect; marks: readonly string[]; server: string },
): Promise<void> {
  const tables = await dialect.tables(db);
  if (tables.length > 0 && !marks.every((mark) => tables.includes(mark))) {
    throw new StoreRefused(
      `The database ${server} has tables of another program. Give a database that is empty or this program's own.`,
    );
  }
}
