import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { StoreUnavailable } from "../store.ts";
import { busy, explain, sqliteCode } from "./sqlite-errors.ts";

/**
 * Kysely on node:sqlite. All of it is synchronous underneath: a statement blocks the event loop for its microseconds,
 * a commit for its wait on the disk.
 */
export type OpenedFile = {
  db: DatabaseSync;
  path: string;
  /** Runs before each transaction; throws when the file is no longer the one that was opened. */
  verify(): void;
};

/** How long to wait for another process to end its transaction. */
const lockWaitMs = 5000;
/** Statements kept prepared. Lists of ids make a statement per length, so there must be an end. */
const cachedStatements = 500;

export function nodeSqliteDialect(opened: OpenedFile): Dialect {
  return {
    createDriver: () => driverOn(opened),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

function driverOn({ db, path, verify }: OpenedFile): Driver {
  const state = { isInTransaction: false };
  const connection = connectionOn(db, path, state);
  return {
    async init() {},
    acquireConnection: async () => connection,
    async releaseConnection() {},
    async beginTransaction() {
      verify();
      await retryWhileBusy(path, () => db.exec("begin immediate"));
      state.isInTransaction = true;
    },
    async commitTransaction() {
      translating(path, () => db.exec("commit"));
      state.isInTransaction = false;
    },
    async rollbackTransaction() {
      state.isInTransaction = false;
      // On a full disk SQLite has rolled back by itself.
      if (db.isTransaction) {
        translating(path, () => db.exec("rollback"));
      }
    },
    async destroy() {},
  };
}

function connectionOn(db: DatabaseSync, path: string, state: { isInTransaction: boolean }): DatabaseConnection {
  const statements = new Map<string, { statement: StatementSync; answersRows: boolean }>();

  function prepared(sql: string) {
    const known = statements.get(sql);
    if (known !== undefined) {
      return known;
    }
    const statement = db.prepare(sql);
    const fresh = { statement, answersRows: statement.columns().length > 0 };
    const [oldest] = statements.keys();
    if (oldest !== undefined && statements.size >= cachedStatements) {
      statements.delete(oldest);
    }
    statements.set(sql, fresh);
    return fresh;
  }

  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (state.isInTransaction && !db.isTransaction) {
        // What follows in the same transaction would otherwise be committed statement by statement.
        throw new StoreUnavailable(`The database ${path} gave up the transaction, so nothing of it was written.`);
      }
      const values = query.parameters.map(assertBindable);
      return translating(path, () => {
        const { statement, answersRows } = prepared(query.sql);
        if (answersRows) {
          return { rows: statement.all(...values) as R[] };
        }
        const { changes, lastInsertRowid } = statement.run(...values);
        return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
      });
    },
    // biome-ignore lint/correctness/useYield: the interface wants a generator, and there is nothing to stream.
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new Error("This database answers queries as a whole.");
    },
  };
}

/** node:sqlite takes an object in the first place for named parameters and stores NULL, so it must not get that far. */
function assertBindable(value: unknown): SQLInputValue {
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Uint8Array
  ) {
    return value;
  }
  throw new TypeError(`A value of type ${typeof value} cannot be stored: give a string, a number, bytes or null.`);
}

/**
 * Waits for the lock without SQLite's own busy timeout, which would stop the whole process while it waits, and for ever
 * if the holder of the lock is another connection of this very process.
 */
export async function retryWhileBusy<T>(path: string, action: () => T): Promise<T> {
  const deadline = performance.now() + lockWaitMs;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (sqliteCode(error) !== busy || performance.now() > deadline) {
        throw explain(error, path);
      }
      await sleep(1 + Math.random() * 4);
    }
  }
}

function translating<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explain(error, path);
  }
}
