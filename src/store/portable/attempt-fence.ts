import type { Updateable } from "kysely";
import type { AttemptKey } from "../store.ts";
import type { Connection, Database } from "./schema.ts";

/**
 * The fence. A node may have been given up and come back, or say things late. So whatever it says of an attempt applies
 * only while the task runs, in that attempt, on that node, and the attempt has no end. Task and attempt are written in
 * one transaction, so the condition is checked on the task, which every other writer changes too, and the attempt follows.
 */
export async function writeRunning(
  db: Connection,
  key: AttemptKey,
  change: { task: Updateable<Database["tasks"]>; attempt: Updateable<Database["attempts"]> | null },
  condition: { unlessKilled: boolean } = { unlessKilled: false },
): Promise<boolean> {
  const running = db
    .updateTable("tasks")
    .set(change.task)
    .where("id", "=", key.taskId)
    .where("status", "=", "running")
    .where("attempt", "=", key.attempt)
    .where("node_id", "=", key.nodeId);
  const update = condition.unlessKilled ? running.where("kill_requested_at", "is", null) : running;
  const result = await update.executeTakeFirst();
  if (result.numUpdatedRows === 0n) {
    return false;
  }
  if (change.attempt !== null) {
    await updateAttempt(db, key).set(change.attempt).execute();
  }
  return true;
}

/** The open attempt behind the fence, for an update within the same transaction. */
export function updateAttempt(db: Connection, key: AttemptKey) {
  return db
    .updateTable("attempts")
    .where("task_id", "=", key.taskId)
    .where("number", "=", key.attempt)
    .where("node_id", "=", key.nodeId)
    .where("ended_at", "is", null);
}
