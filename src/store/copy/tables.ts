import type { CountedTable, Database } from "../portable/schema.ts";

type TableToCopy = {
  name: keyof Database;
  key: readonly string[];
  /** A row may be a megabyte: few are read and written at once. */
  isLarge?: boolean;
};

/**
 * Every table in an order in which each comes after those it refers to, with the columns that name a row. Rows are read and
 * compared in the order of these columns.
 */
export const tables = [
  { name: "users", key: ["id"] },
  { name: "tokens", key: ["id"] },
  { name: "nodes", key: ["id"] },
  { name: "queues", key: ["name"] },
  { name: "locks", key: ["name"] },
  { name: "tasks", key: ["id"] },
  { name: "task_tags", key: ["task_id", "tag"] },
  { name: "attempts", key: ["task_id", "number"] },
  { name: "idempotency_keys", key: ["owner_id", "idempotency_key"] },
  { name: "task_events", key: ["id"] },
  { name: "output_blocks", key: ["task_id", "attempt", "first_byte"], isLarge: true },
  { name: "output_marks", key: ["task_id", "attempt", "first_byte"] },
  { name: "meta", key: ["name"] },
] as const satisfies readonly TableToCopy[];

export type CopiedTable = TableToCopy & (typeof tables)[number];

/** Tables whose ids the database counts up. */
export const countedTables: readonly CountedTable[] = ["users", "tokens", "nodes", "tasks", "task_events"];
