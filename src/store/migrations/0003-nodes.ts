import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";

/** What a node says of itself, where a task may run and where it was handed to, who decides on it, and the installation's name. */
export async function nodes(db: BareConnection, columns: ColumnTypes): Promise<void> {
  await extendNodes(db, columns);
  await extendTasks(db, columns);
  await createLocks(db, columns);
  const meta = db as Kysely<{ meta: { name: string; value: string } }>;
  const known = meta.selectFrom("meta").select("name").where("name", "=", "installation_id");
  if ((await known.executeTakeFirst()) === undefined) {
    await meta.insertInto("meta").values({ name: "installation_id", value: randomUUID() }).execute();
  }
}

async function extendNodes(db: BareConnection, { longText }: ColumnTypes): Promise<void> {
  await db.schema.alterTable("nodes").addColumn("host", "varchar(255)").execute();
  await db.schema.alterTable("nodes").addColumn("labels", longText).execute();
  await db.schema.alterTable("nodes").addColumn("lanes", longText).execute();
  await db.schema.alterTable("nodes").addColumn("state", "varchar(20)").execute();
  const known = db as Kysely<{ nodes: { host: string; labels: string; state: string } }>;
  await known.updateTable("nodes").set({ host: "", labels: "[]", state: "active" }).execute();
}

/** The picking index gets the placement before the order, so that tasks nobody can run now hold up no other. */
async function extendTasks(db: BareConnection, { bigint, longText, dropIndex }: ColumnTypes): Promise<void> {
  await db.schema.alterTable("tasks").addColumn("placement", longText).execute();
  await db.schema
    .alterTable("tasks")
    .addColumn("placement_key", "varchar(40)", (column) => column.notNull().defaultTo(sql`''`))
    .execute();
  await db.schema.alterTable("tasks").addColumn("handed_to", bigint).execute();
  await dropIndex(db, { table: "tasks", name: "tasks_pick" });
  await db.schema
    .createIndex("tasks_pick")
    .on("tasks")
    .columns(["stage", "queue", "owner_id", "placement_key", "neg_priority", "id"])
    .execute();
}

async function createLocks(db: BareConnection, { bigint }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("locks")
    .addColumn("name", "varchar(100)", (column) => column.primaryKey())
    .addColumn("holder", "varchar(100)", (column) => column.notNull())
    .addColumn("term", bigint, (column) => column.notNull())
    .addColumn("lease_until", bigint, (column) => column.notNull())
    .execute();
  const locks = db as Kysely<{ locks: { name: string; holder: string; term: number; lease_until: number } }>;
  await locks.insertInto("locks").values({ name: "admission", holder: "", term: 0, lease_until: 0 }).execute();
}
