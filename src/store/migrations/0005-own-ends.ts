import type { BareConnection } from "../portable/dialect.ts";

/** One owner's tasks by when they ended: figures about them must not go through all that the owner ever had. */
export async function ownEnds(db: BareConnection): Promise<void> {
  await db.schema.createIndex("tasks_owner_completed").on("tasks").columns(["owner_id", "completed_at"]).execute();
}
