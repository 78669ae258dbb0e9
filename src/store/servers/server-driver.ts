import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import type { ConnectionPool, ServerConnection } from "./connection-pool.ts";
import { ServerAway } from "./trouble.ts";

/** Kysely on a pool of connections to a server. `begin` opens a transaction in which each statement sees what is committed. */
export function serverDriver(pool: ConnectionPool, begin: string): Driver {
  return {
    async init() {},
    acquireConnection: async () => new PooledConnection(await pool.acquire()),
    async releaseConnection(connection) {
      pool.release(serverSide(connection));
    },
    async beginTransaction(connection) {
      await serverSide(connection).run(begin, []);
    },
    async commitTransaction(connection) {
      try {
        await serverSide(connection).run("commit", []);
      } catch (error) {
        throw error instanceof ServerAway ? uncertain(error) : error;
      }
    },
    async rollbackTransaction(connection) {
      const server = serverSide(connection);
      // Without the connection the server rolls back by itself, and why it broke is known already.
      if (!server.isBroken) {
        await server.run("rollback", []).catch(() => server.destroy());
      }
    },
    async destroy() {},
  };
}

/** The server may have committed before the connection broke, so nobody may do it again without looking. */
function uncertain(error: ServerAway): ServerAway {
  return new ServerAway(`${error.message} What was asked may have been recorded or not: look before you ask again.`, {
    cause: error,
  });
}

class PooledConnection implements DatabaseConnection {
  readonly server: ServerConnection;

  constructor(server: ServerConnection) {
    this.server = server;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return (await this.server.run(query.sql, query.parameters.map(assertBindable))) as QueryResult<R>;
  }

  // biome-ignore lint/correctness/useYield: the interface wants a generator, and there is nothing to stream.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error("This database answers queries as a whole.");
  }
}

function serverSide(connection: DatabaseConnection): ServerConnection {
  return (connection as PooledConnection).server;
}

/** Drivers take an object for many things (a date, JSON, even SQL), so it must not get that far. */
function assertBindable(value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
    return value;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError(`A value of type ${typeof value} cannot be stored: give a string, a number, bytes or null.`);
}
