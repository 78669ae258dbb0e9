import type { QueryResult } from "kysely";
import { type Connection, type ConnectionOptions, createConnection } from "mysql2";
import type { ServerConnection } from "../servers/connection-pool.ts";
import { connectMs, keepAliveMs, lockWaitMs, silentTransactionMs, statementMs, within } from "../servers/deadline.ts";
import { connectAsAsked } from "../servers/prefer-tls.ts";
import type { ServerAddress } from "../servers/server-address.ts";
import { tlsOptionsOf } from "../servers/tls.ts";
import { errorOf } from "../servers/trouble.ts";
import { alreadyThere, isWithoutTls, mysqlNumber, mysqlTrouble } from "./mysql-errors.ts";

export type MysqlConnectionOptions = {
  /** False where statements may take as long as they need. */
  isTimed: boolean;
  /** A table, column, index or row that is there already is no error: an interrupted migration is run again. */
  passesOverWhatIsThere: boolean;
};

/** Throws StoreUnavailable when there is no way in. */
export function connectMysql(address: ServerAddress, options: MysqlConnectionOptions): Promise<ServerConnection> {
  return connectAsAsked(address, {
    connect: (isTls) => connect(address, options, isTls),
    isWithoutTls,
    troubleOf: mysqlTrouble,
  });
}

async function connect(
  address: ServerAddress,
  options: MysqlConnectionOptions,
  isTls: boolean,
): Promise<ServerConnection> {
  const { host, port, user, password, database } = address;
  const connection = createConnection({
    host,
    port,
    user,
    password,
    database,
    ...(isTls ? { ssl: ssl(address) } : {}),
    charset: "utf8mb4",
    decimalNumbers: true,
    enableKeepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    connectTimeout: connectMs,
  });
  const server = new MysqlConnection(connection, address.place, options);
  try {
    await within(connectMs, prepare(connection, options), () => server.destroy());
  } catch (error) {
    server.destroy();
    throw error;
  }
  return server;
}

function ssl(address: ServerAddress): NonNullable<ConnectionOptions["ssl"]> {
  const tls = tlsOptionsOf(address);
  return {
    rejectUnauthorized: tls?.rejectUnauthorized ?? false,
    verifyIdentity: tls?.isNameChecked ?? false,
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
  };
}

/**
 * Each statement sees what is committed, as everywhere. Strict, because otherwise a text that is too long is cut without a
 * word. UTC, because the clock of a zone with summer time goes back once a year.
 */
async function prepare(connection: Connection, { isTimed }: MysqlConnectionOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === null ? resolve() : reject(error)));
  });
  const [row] = (await ask(connection, "select version() as version", [])).rows as { version: string }[];
  await ask(connection, "set session transaction isolation level read committed", []);
  const settings = [
    "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    "time_zone = '+00:00'",
    "autocommit = 1",
    ...(isTimed ? timeouts(row?.version ?? "") : []),
  ];
  await ask(connection, `set session ${settings.join(", ")}`, []);
}

function timeouts(version: string): string[] {
  const seconds = (ms: number) => Math.round(ms / 1000);
  const common = [`innodb_lock_wait_timeout = ${seconds(lockWaitMs)}`];
  return isMariaDb(version)
    ? [
        ...common,
        `max_statement_time = ${seconds(statementMs)}`,
        `idle_transaction_timeout = ${seconds(silentTransactionMs)}`,
      ]
    : // MySQL has no limit for silence within a transaction alone.
      [...common, `max_execution_time = ${statementMs}`, `wait_timeout = ${seconds(3 * silentTransactionMs)}`];
}

export function isMariaDb(version: string): boolean {
  return /mariadb/i.test(version);
}

function ask(connection: Connection, sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, values: [...parameters] }, (error, answer: unknown) => {
      if (error !== null) {
        reject(withoutStatement(error));
      } else if (Array.isArray(answer)) {
        resolve({ rows: answer });
      } else {
        const { affectedRows = 0, insertId = 0 } = answer as { affectedRows?: number; insertId?: number };
        // Rows that matched, changed or not: the driver asks for that (CLIENT_FOUND_ROWS).
        resolve({ rows: [], numAffectedRows: BigInt(affectedRows), insertId: BigInt(insertId) });
      }
    });
  });
}

/** The driver puts the whole statement with all values into its errors, and errors are logged. */
function withoutStatement(error: Error): Error {
  if ("sql" in error) {
    delete error.sql;
  }
  return error;
}

class MysqlConnection implements ServerConnection {
  readonly #connection: Connection;
  readonly #server: string;
  readonly #options: MysqlConnectionOptions;
  isBroken = false;

  constructor(connection: Connection, server: string, options: MysqlConnectionOptions) {
    this.#connection = connection;
    this.#server = server;
    this.#options = options;
    // Without a listener the loss of an idle connection would end the process.
    connection.on("error", () => {
      this.isBroken = true;
    });
    connection.on("end", () => {
      this.isBroken = true;
    });
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
    try {
      const asked = ask(this.#connection, sql, parameters);
      // The server gives up first where it can.
      return this.#options.isTimed ? await within(statementMs + 1000, asked, () => this.destroy()) : await asked;
    } catch (error) {
      if (this.#options.passesOverWhatIsThere && alreadyThere.has(mysqlNumber(error) ?? 0)) {
        return { rows: [] };
      }
      const trouble = mysqlTrouble(error, this.#server);
      this.isBroken ||= trouble?.kind === "away";
      throw errorOf(trouble, error);
    }
  }

  close(): void {
    if (this.isBroken) {
      this.destroy();
    } else {
      this.isBroken = true;
      this.#connection.end(() => undefined);
    }
  }

  destroy(): void {
    this.isBroken = true;
    this.#connection.destroy();
  }
}
