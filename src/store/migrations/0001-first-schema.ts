import type { Kysely } from "kysely";
import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";

/** Accounts, tasks and their attempts, queues, nodes. */
export async function firstSchema(db: BareConnection, columns: ColumnTypes): Promise<void> {
  await createMeta(db);
  await createAccounts(db, columns);
  await createNodesAndQueues(db, columns);
  await createTasks(db, columns);
  await createTaskIndexes(db);
  await createTaskParts(db, columns);
}

async function createMeta(db: BareConnection): Promise<void> {
  await db.schema
    .createTable("meta")
    .addColumn("name", "varchar(100)", (column) => column.primaryKey())
    .addColumn("value", "varchar(255)", (column) => column.notNull())
    .execute();
  const meta = db as Kysely<{ meta: { name: string; value: string } }>;
  await meta.insertInto("meta").values({ name: "write_test", value: "1" }).execute();
}

async function createAccounts(db: BareConnection, { bigint, id }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("users")
    .addColumn("id", bigint, id)
    .addColumn("username", "varchar(150)", (column) => column.notNull().unique())
    .addColumn("email", "varchar(254)", (column) => column.notNull())
    .addColumn("email_lower", "varchar(254)", (column) => column.notNull().unique())
    .addColumn("password_hash", "varchar(500)", (column) => column.notNull())
    .addColumn("role", "varchar(20)", (column) => column.notNull())
    .addColumn("status", "varchar(20)", (column) => column.notNull())
    .addColumn("created_at", bigint, (column) => column.notNull())
    .addColumn("updated_at", bigint, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("tokens")
    .addColumn("id", bigint, id)
    .addColumn("user_id", bigint, (column) => column.notNull().references("users.id"))
    .addColumn("hash", "varchar(200)", (column) => column.notNull().unique())
    .addColumn("created_at", bigint, (column) => column.notNull())
    .execute();
  await db.schema.createIndex("tokens_user").on("tokens").column("user_id").execute();
}

async function createNodesAndQueues(db: BareConnection, { bigint, id }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("nodes")
    .addColumn("id", bigint, id)
    .addColumn("node_key", "varchar(100)", (column) => column.notNull().unique())
    .addColumn("name", "varchar(255)", (column) => column.notNull())
    .addColumn("slots", "integer", (column) => column.notNull())
    .addColumn("version", "varchar(100)", (column) => column.notNull())
    .addColumn("registered_at", bigint, (column) => column.notNull())
    .addColumn("seen_at", bigint, (column) => column.notNull())
    .addColumn("lease_until", bigint, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("queues")
    .addColumn("name", "varchar(100)", (column) => column.primaryKey())
    .addColumn("slots", "integer")
    .addColumn("is_paused", "integer", (column) => column.notNull())
    .execute();
  const queues = db as Kysely<{ queues: { name: string; slots: number | null; is_paused: number } }>;
  await queues.insertInto("queues").values({ name: "default", slots: null, is_paused: 0 }).execute();
}

async function createTasks(db: BareConnection, { bigint, longText, id }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("tasks")
    .addColumn("id", bigint, id)
    .addColumn("owner_id", bigint, (column) => column.notNull().references("users.id"))
    .addColumn("name", "varchar(255)", (column) => column.notNull())
    .addColumn("status", "varchar(20)", (column) => column.notNull())
    .addColumn("stage", "varchar(10)", (column) => column.notNull())
    .addColumn("queue", "varchar(100)", (column) => column.notNull())
    .addColumn("neg_priority", "integer", (column) => column.notNull())
    .addColumn("not_before", bigint)
    .addColumn("handed_at", bigint)
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("node_id", bigint)
    .addColumn("node_name", "varchar(255)")
    .addColumn("created_at", bigint, (column) => column.notNull())
    .addColumn("updated_at", bigint, (column) => column.notNull())
    .addColumn("started_at", bigint)
    .addColumn("completed_at", bigint)
    .addColumn("kill_requested_at", bigint)
    .addColumn("kill_by", "varchar(150)")
    .addColumn("kill_signal", "varchar(20)")
    .addColumn("kill_grace_ms", bigint)
    .addColumn("outcome", "varchar(30)")
    .addColumn("exit_code", "integer")
    .addColumn("signal", "varchar(20)")
    .addColumn("reason", longText)
    .addColumn("cpu_ms", bigint)
    .addColumn("max_rss_bytes", bigint)
    .addColumn("output_bytes", bigint, (column) => column.notNull())
    .addColumn("tags", longText, (column) => column.notNull())
    .addColumn("description", longText, (column) => column.notNull())
    .addColumn("preview", longText, (column) => column.notNull())
    .addColumn("search_text", longText, (column) => column.notNull())
    .addColumn("spec", longText, (column) => column.notNull())
    .execute();
}

/** One for each way the tasks are walked through all the time; sqlite.test.ts checks that they are used. */
async function createTaskIndexes(db: BareConnection): Promise<void> {
  const indexes = {
    tasks_pick: ["stage", "queue", "owner_id", "neg_priority", "id"],
    tasks_due: ["stage", "not_before"],
    tasks_owner: ["owner_id", "id"],
    tasks_owner_status: ["owner_id", "status", "id"],
    tasks_status: ["status", "id"],
    tasks_completed: ["completed_at"],
  };
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema.createIndex(name).on("tasks").columns(columns).execute();
  }
}

async function createTaskParts(db: BareConnection, { bigint, longText }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("task_tags")
    .addColumn("task_id", bigint, (column) => column.notNull().references("tasks.id"))
    .addColumn("tag", "varchar(100)", (column) => column.notNull())
    .addPrimaryKeyConstraint("task_tags_pk", ["task_id", "tag"])
    .execute();
  await db.schema.createIndex("task_tags_tag").on("task_tags").columns(["tag", "task_id"]).execute();
  await db.schema
    .createTable("attempts")
    .addColumn("task_id", bigint, (column) => column.notNull().references("tasks.id"))
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("node_id", bigint, (column) => column.notNull().references("nodes.id"))
    .addColumn("node_name", "varchar(255)", (column) => column.notNull())
    .addColumn("nonce", "varchar(100)", (column) => column.notNull())
    .addColumn("pid", "integer")
    .addColumn("created_at", bigint, (column) => column.notNull())
    .addColumn("started_at", bigint)
    .addColumn("ended_at", bigint)
    .addColumn("ending", "varchar(20)")
    .addColumn("outcome", "varchar(30)")
    .addColumn("exit_code", "integer")
    .addColumn("signal", "varchar(20)")
    .addColumn("reason", longText)
    .addColumn("cpu_ms", bigint)
    .addColumn("max_rss_bytes", bigint)
    .addColumn("output_bytes", bigint, (column) => column.notNull())
    .addColumn("gap_first", bigint)
    .addColumn("gap_last", bigint)
    .addPrimaryKeyConstraint("attempts_pk", ["task_id", "number"])
    .execute();
  await db.schema.createIndex("attempts_open").on("attempts").columns(["node_id", "ended_at"]).execute();
  await db.schema
    .createTable("idempotency_keys")
    .addColumn("owner_id", bigint, (column) => column.notNull().references("users.id"))
    .addColumn("idempotency_key", "varchar(255)", (column) => column.notNull())
    .addColumn("body_hash", "varchar(200)", (column) => column.notNull())
    .addColumn("task_id", bigint, (column) => column.notNull().references("tasks.id"))
    .addColumn("created_at", bigint, (column) => column.notNull())
    .addPrimaryKeyConstraint("idempotency_keys_pk", ["owner_id", "idempotency_key"])
    .execute();
  await db.schema.createIndex("idempotency_keys_task").on("idempotency_keys").column("task_id").execute();
}
