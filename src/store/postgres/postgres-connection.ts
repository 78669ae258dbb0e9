import type { QueryResult } from "kysely";
import { Client, type ClientConfig, types } from "pg";
import type { ServerConnection } from "../servers/connection-pool.ts";
import { connectMs, keepAliveMs, lockWaitMs, silentTransactionMs, statementMs, within } from "../servers/deadline.ts";
import { connectAsAsked } from "../servers/prefer-tls.ts";
import type { ServerAddress } from "../servers/server-address.ts";
import { tlsOptionsOf } from "../servers/tls.ts";
import { errorOf } from "../servers/trouble.ts";
import { isWithoutTls, postgresTrouble } from "./postgres-errors.ts";

/** Types of PostgreSQL that arrive as numbers: a count and an id are below 2^53. */
const numeric = new Set([20, 1700]);
const typeParsers: NonNullable<ClientConfig["types"]> = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    numeric.has(oid) ? Number : types.getTypeParser(oid, format),
};

export type ConnectionOptions = {
  /** False where statements may take as long as they need. */
  isTimed: boolean;
};

/** Throws StoreUnavailable when there is no way in. */
export function connectPostgres(address: ServerAddress, options: ConnectionOptions): Promise<ServerConnection> {
  return connectAsAsked(address, {
    connect: (isTls) => connect(address, options, isTls),
    isWithoutTls,
    troubleOf: postgresTrouble,
  });
}

async function connect(address: ServerAddress, options: ConnectionOptions, isTls: boolean): Promise<ServerConnection> {
  const client = new Client({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    ssl: isTls ? ssl(address) : false,
    application_name: "utm",
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    types: typeParsers,
  });
  const connection = new PostgresConnection(client, address.place, options);
  try {
    await within(connectMs, prepare(client, options), () => connection.destroy());
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

async function prepare(client: Client, { isTimed }: ConnectionOptions): Promise<void> {
  await client.connect();
  const timed = isTimed ? `set statement_timeout = ${statementMs}; set lock_timeout = ${lockWaitMs};` : "";
  await client.query(`${timed} set idle_in_transaction_session_timeout = ${isTimed ? silentTransactionMs : 0}`);
}

function ssl(address: ServerAddress): ClientConfig["ssl"] {
  const tls = tlsOptionsOf(address);
  if (tls === null) {
    return false;
  }
  const { isNameChecked, ...rest } = tls;
  return isNameChecked ? rest : { ...rest, checkServerIdentity: () => undefined };
}

class PostgresConnection implements ServerConnection {
  readonly #client: Client;
  readonly #server: string;
  readonly #isTimed: boolean;
  isBroken = false;

  constructor(client: Client, server: string, { isTimed }: ConnectionOptions) {
    this.#client = client;
    this.#server = server;
    this.#isTimed = isTimed;
    // Without a listener the loss of an idle connection would end the process.
    client.on("error", () => {
      this.isBroken = true;
    });
    client.on("end", () => {
      this.isBroken = true;
    });
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
    try {
      const asked = this.#client.query(sql, parameters.map(withoutNul));
      // The server gives up first where it can.
      const answer = this.#isTimed ? await within(statementMs + 1000, asked, () => this.destroy()) : await asked;
      const isWrite = answer.command === "INSERT" || answer.command === "UPDATE" || answer.command === "DELETE";
      return isWrite ? { rows: answer.rows, numAffectedRows: BigInt(answer.rowCount ?? 0) } : { rows: answer.rows };
    } catch (error) {
      const trouble = postgresTrouble(error, this.#server);
      this.isBroken ||= trouble?.kind === "away";
      throw errorOf(trouble, error);
    }
  }

  close(): void {
    if (this.isBroken) {
      this.destroy();
    } else {
      this.isBroken = true;
      this.#client.end().catch(() => undefined);
    }
  }

  destroy(): void {
    this.isBroken = true;
    // Saying goodbye to a server that does not listen would keep this process alive for minutes.
    this.#client.connection.stream.destroy();
  }
}

/**
 * PostgreSQL has no U+0000 in text. The API refuses it; what comes from elsewhere (a path in an error, a search) must not
 * fail for it, so it becomes the sign for "something that cannot be shown".
 */
function withoutNul(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\u{fffd}") : value;
}
