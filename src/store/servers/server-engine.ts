import type { Kysely } from "kysely";
import type { Dialect, Engine } from "../portable/dialect.ts";
import type { Database } from "../portable/schema.ts";
import type { ConnectionPool } from "./connection-pool.ts";

/** A database through a pool of connections of its own. */
export type Pooled = { db: Kysely<Database>; pool: ConnectionPool };

/** One connection writes, so that all writes of this process meet in group commit; the others read. */
export function serverEngine(parts: { writer: Pooled; reader: Pooled; dialect: Dialect; description: string }): Engine {
  const { writer, reader, dialect, description } = parts;
  return {
    ...{ writer: writer.db, reader: reader.db, dialect, description },
    // A commit is answered when it is on the server's disk.
    async makeDurable() {},
    async verify() {},
    async close() {
      writer.pool.close();
      reader.pool.close();
    },
  };
}
