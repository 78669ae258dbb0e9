import type { AliasableExpression, ColumnDefinitionBuilder, Expression, Kysely, RawBuilder } from "kysely";
import { StoreUnavailable } from "../store.ts";
import type { Connection, CountedTable, NewRow, TableWithId } from "./schema.ts";

/** What differs between databases, by name. Nothing outside the folder of a database asks which one it is. */
export type Dialect = {
  /** Adds a row and answers the id the database gave it. */
  insertWithId<Table extends TableWithId>(db: Connection, table: Table, row: NewRow<Table>): Promise<number>;
  /** Until the transaction ends, nobody else gets past a lock of the same name. For a check and a write that belong together. */
  lock(db: Connection, name: LockName): Promise<void>;
  /**
   * Ends a query whose rows nobody else is to change or remove until the transaction ends: `shared` with others that hold
   * them so, or `alone`, after all of those.
   */
  holdRows: Readonly<Record<"shared" | "alone", RawBuilder<unknown>>>;
  /** The names of the tables in the database. */
  tables(db: Connection): Promise<string[]>;
  /** The highest id the database ever gave in a table, 0 for none; and has it go on counting behind one. */
  lastId(db: Connection, table: CountedTable): Promise<number>;
  countOnFrom(db: Connection, table: CountedTable, id: number): Promise<void>;
  /** The database's own clock in epoch milliseconds: what is judged by it does not depend on any machine's clock. */
  now: AliasableExpression<number>;
};

export type LockName = "accounts" | "nodes" | "idempotency" | "migrations" | "queues";

/**
 * Other transactions were in the way (a deadlock, a lock not given in time), and nothing of this one was done. Running the
 * whole of it again is safe.
 */
export class TransactionConflict extends StoreUnavailable {}

/** The column types that differ. */
export type ColumnTypes = {
  /** Type of a column that holds whole numbers beyond 32 bits, and of references to ids. */
  bigint: "bigint" | "integer";
  /** Type of text without a limit worth naming. */
  longText: "text" | Expression<unknown>;
  /** Type of bytes, up to a few MiB. */
  bytes: "blob" | "bytea" | Expression<unknown>;
  /** Turns a column into a primary key that the database counts up and never reuses. */
  id(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
  dropIndex(db: BareConnection, index: { table: string; name: string }): Promise<void>;
};

/** An opened database: one way in for reading, one for writing, and what differs from others. */
export type Engine = {
  /** Sees what is committed, and never waits for a write that is under way where the database can do that. */
  reader: Connection;
  /** Every transaction on it is begun so that it can write. */
  writer: Connection;
  dialect: Dialect;
  description: string;
  /** Resolves when everything committed so far would survive a loss of power. */
  makeDurable(): Promise<void>;
  /** Throws StoreUnavailable when the database is no longer the one that was opened. */
  verify(): Promise<void>;
  close(): Promise<void>;
};

/** The connection before its tables are known to be there. */
export type BareConnection = Kysely<unknown>;
