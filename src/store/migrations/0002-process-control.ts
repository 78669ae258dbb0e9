import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";

/** Retries, suspension, usage, limits, progress, and the log of what happened to a task. */
export async function processControl(db: BareConnection, { bigint, longText, id }: ColumnTypes): Promise<void> {
  const usage = { max_processes: bigint, read_bytes: bigint, write_bytes: bigint };
  const onTask = { ...usage, progress_permille: bigint, is_suspended: bigint, limits_in_force: longText };
  const onAttempt = {
    ...usage,
    usage_series: longText,
    suspended_at: bigint,
    suspended_uptime_ms: bigint,
    suspended_ms: bigint,
    limits_in_force: longText,
  };
  for (const [name, type] of Object.entries(onTask)) {
    await db.schema.alterTable("tasks").addColumn(name, type).execute();
  }
  for (const [name, type] of Object.entries(onAttempt)) {
    await db.schema.alterTable("attempts").addColumn(name, type).execute();
  }
  await db.schema
    .createTable("task_events")
    .addColumn("id", bigint, id)
    .addColumn("task_id", bigint, (column) => column.notNull().references("tasks.id"))
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("at", bigint, (column) => column.notNull())
    .addColumn("kind", "varchar(20)", (column) => column.notNull())
    .addColumn("text", longText, (column) => column.notNull())
    .execute();
  await db.schema.createIndex("task_events_task").on("task_events").columns(["task_id", "id"]).execute();
}
