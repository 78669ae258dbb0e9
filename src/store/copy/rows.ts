import { createHash } from "node:crypto";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Connection } from "../portable/schema.ts";
import type { CopiedTable } from "./tables.ts";

export type Row = Readonly<Record<string, unknown>>;

/** Enough for speed; few enough that scripts of a megabyte in each do not fill the memory. */
const rowsAtOnce = 200;
const largeRowsAtOnce = 8;

/** While it is in a database's meta table, a copy into it is under way, or was not finished. It is nothing to be copied. */
export const copyMark = "copy";

/** All rows of a table in the order of its key, in pieces. */
export async function* readRows(db: Connection, table: CopiedTable): AsyncGenerator<Row[]> {
  const limit = table.isLarge === true ? largeRowsAtOnce : rowsAtOnce;
  let last: Row | null = null;
  for (;;) {
    const query: RawBuilder<Row> = sql`select * from ${sql.table(table.name)} where ${behind(table, last)} order by ${sql.join(
      table.key.map((column) => sql.ref(column)),
    )} limit ${sql.lit(limit)}`;
    const rows: Row[] = (await query.execute(db)).rows;
    yield rows.filter((row) => table.name !== "meta" || row.name !== copyMark);
    last = rows.at(-1) ?? last;
    if (rows.length < limit) {
      return;
    }
  }
}

/** Behind this row in the order of the key: (a, b) > (1, 2), written so that every database uses its index. */
function behind({ key }: CopiedTable, last: Row | null) {
  if (last === null) {
    return sql<SqlBool>`1 = 1`;
  }
  const steps = key.map((column, index) => {
    const same = key.slice(0, index).map((before) => sql`${sql.ref(before)} = ${last[before]}`);
    return sql`(${sql.join([...same, sql`${sql.ref(column)} > ${last[column]}`], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(steps, sql` or `)})`;
}

/** How many rows there are, and a checksum of all they say. Independent of the database they are in. */
export type Digest = { rows: number; checksum: string };

/** Takes rows in, in any order: the order of texts differs between databases. */
export class Digester {
  #rows = 0;
  #sum = 0n;

  add(row: Row): void {
    const columns = Object.keys(row).sort();
    const text = JSON.stringify(columns.map((column) => [column, plain(row[column])]));
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 32);
    this.#rows += 1;
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) & ((1n << 128n) - 1n);
  }

  get digest(): Digest {
    return { rows: this.#rows, checksum: this.#sum.toString(16).padStart(32, "0") };
  }
}

/** The digest of a whole table. */
export async function digestOf(db: Connection, table: CopiedTable): Promise<Digest> {
  const digester = new Digester();
  for await (const rows of readRows(db, table)) {
    for (const row of rows) {
      digester.add(row);
    }
  }
  return digester.digest;
}

/** Drivers differ in how they give numbers and bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return createHash("sha256").update(value).digest("hex");
  }
  return typeof value === "bigint" ? Number(value) : value;
}
