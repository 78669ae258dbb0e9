import type { Dialect } from "./dialect.ts";
import type { Connection } from "./schema.ts";

/** How the verbs reach the database. Inside a transaction, reading and writing are both that transaction. */
export type Access = {
  read: Connection;
  /** Runs one verb's statements wholly or not at all, and answers when they are committed and on the disk. */
  write<T>(operation: Operation<T>): Promise<T>;
  /** Like write, but answers before the disk has it: for what is found out again after a loss of power. */
  note<T>(operation: Operation<T>): Promise<T>;
  dialect: Dialect;
};

export type Operation<T> = (db: Connection) => Promise<T>;
