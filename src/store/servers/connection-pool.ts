import type { QueryResult } from "kysely";
import { StoreUnavailable } from "../store.ts";

/** One connection to a server. */
export type ServerConnection = {
  /** Errors are the store's own where the statement is not at fault. */
  run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>>;
  /** It is of no more use: the server closed it, or an answer did not come. */
  readonly isBroken: boolean;
  /** Says goodbye and closes it; at once when it is broken. */
  close(): void;
  /** Closes it without a word. */
  destroy(): void;
};

export type PoolOptions = {
  size: number;
  connect(): Promise<ServerConnection>;
  /** The error for who waited too long for a connection. */
  exhausted(): Error;
};

/** A connection that nobody used for this long is not trusted any more: firewalls forget it without a word. */
const idleMs = 30_000;
const waitMs = 10_000;

type Idle = { connection: ServerConnection; since: number };
type Waiting = { resolve: () => void; timer: NodeJS.Timeout };

/**
 * Connections to one server, made when they are needed. One that broke is never given to anybody again, and with it go all
 * that are idle: what broke one (a restart, a cable) broke them too, and each would cost somebody the time to find out.
 */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #inUse = new Set<ServerConnection>();
  #idle: Idle[] = [];
  #waiting: Waiting[] = [];
  /** Given out, or being made. */
  #taken = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async acquire(): Promise<ServerConnection> {
    this.#assertOpen();
    if (this.#taken >= this.#options.size) {
      await this.#turn();
    }
    this.#taken += 1;
    try {
      const connection = this.#takeIdle() ?? (await this.#options.connect());
      if (this.#isClosed) {
        connection.destroy();
      }
      this.#inUse.add(connection);
      this.#assertOpen();
      return connection;
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) {
      throw new StoreUnavailable("The database is closed because the server is shutting down.");
    }
  }

  release(connection: ServerConnection): void {
    this.#inUse.delete(connection);
    if (connection.isBroken || this.#isClosed) {
      connection.destroy();
      this.#dropIdle();
    } else {
      this.#idle.push({ connection, since: performance.now() });
    }
    this.#free();
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#inUse) {
      connection.destroy();
    }
    for (const { connection } of this.#idle) {
      connection.close();
    }
    this.#idle = [];
  }

  #takeIdle(): ServerConnection | null {
    for (;;) {
      const newest = this.#idle.pop();
      if (newest === undefined) {
        return null;
      }
      const { connection, since } = newest;
      if (!connection.isBroken && performance.now() - since < idleMs) {
        return connection;
      }
      connection.close();
    }
  }

  #dropIdle(): void {
    for (const { connection } of this.#idle) {
      connection.destroy();
    }
    this.#idle = [];
  }

  #free(): void {
    this.#taken -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      clearTimeout(next.timer);
      next.resolve();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting.timer !== timer);
        reject(this.#options.exhausted());
      }, waitMs);
      this.#waiting.push({ resolve, timer });
    });
  }
}
