import { sql } from "kysely";
import type { KillRequest, Tasks } from "../store.ts";
import type { Access } from "./access.ts";
import type { Connection } from "./schema.ts";
import { statement } from "./statement.ts";
import { findTask, requireTask, toKillRequest } from "./task-row.ts";
import { noUsage, usageColumns } from "./usage-columns.ts";

type KillOrder = Parameters<Tasks["requestKill"]>[0];
/** Removing output takes time by its bytes, and a database in this process stops everything meanwhile. */
const outputBytesAtOnce = 256 * 1024 * 1024;
/** What a row of marks has at most. */
const marksRowBytes = 64 * 1024;
/** Those with rows of a task. */
const ownTables = [
  "output_blocks",
  "output_marks",
  "attempts",
  "task_tags",
  "idempotency_keys",
  "task_events",
] as const;

type Claim = Parameters<Tasks["claim"]>[0];

/** From pending to running, and the ends that do not come from a process: killed before it started, removed. */
export function endsOn({
  read,
  write,
}: Access): Pick<Tasks, "claim" | "requestKill" | "listKillRequests" | "removeEnded"> {
  return {
    claim: (task) => write((db) => claim(db, task)),

    requestKill: (order) => write((db) => requestKill(db, order)),

    async listKillRequests(of) {
      const rows = await read
        .selectFrom("tasks")
        .select(["id", "attempt", "kill_requested_at", "kill_by", "kill_signal", "kill_grace_ms"])
        .where("status", "=", "running")
        .where("node_id", "=", of.nodeId)
        .where("kill_requested_at", "is not", null)
        .orderBy("id")
        .execute();
      const orders: { taskId: number; attempt: number; kill: KillRequest }[] = [];
      for (const row of rows) {
        const kill = toKillRequest(row);
        if (kill !== null) {
          orders.push({ taskId: row.id, attempt: row.attempt, kill });
        }
      }
      return orders;
    },

    removeEnded: (before) => write((db) => removeEnded(db, before)),
  };
}

const nodeName = statement(1, (db, id: number) => db.selectFrom("nodes").select("name").where("id", "=", id));

const becomeRunning = statement(
  6,
  (db, id: number, expected: number, attempt: number, nodeId: number, name: string, now: number) =>
    db
      .updateTable("tasks")
      .set({
        status: "running",
        stage: "",
        attempt,
        node_id: nodeId,
        node_name: name,
        handed_at: null,
        handed_to: null,
        started_at: null,
        reason: null,
        limits_in_force: null,
        ...usageColumns(noUsage),
        output_bytes: 0,
        updated_at: now,
      })
      .where("id", "=", id)
      .where("status", "=", "pending")
      .where("stage", "=", "handed")
      .where((eb) => eb.or([eb("handed_to", "is", null), eb("handed_to", "=", nodeId)]))
      .where("attempt", "=", expected)
      .where("kill_requested_at", "is", null),
);

const addAttempt = statement(
  6,
  (db, taskId: number, number: number, nodeId: number, name: string, nonce: string, now: number) =>
    db.insertInto("attempts").values({
      task_id: taskId,
      number,
      node_id: nodeId,
      node_name: name,
      nonce,
      created_at: now,
      output_bytes: 0,
    }),
);

/**
 * Any number of nodes may try at once: the update applies for one of them, because it names the status and the attempt
 * number and changes both. It names the stage too: a delivery of what was taken back does nothing, or the task would run
 * beside what was handed in its place.
 */
async function claim(db: Connection, task: Claim) {
  const [node] = (await nodeName(db, task.nodeId)).rows;
  if (node === undefined) {
    throw new Error(`Node ${task.nodeId} is not registered, so it cannot claim task ${task.taskId}.`);
  }
  const attempt = task.expectedAttempt + 1;
  const { taskId, nodeId, expectedAttempt, nonce, now } = task;
  const { numAffectedRows = 0n } = await becomeRunning(db, taskId, expectedAttempt, attempt, nodeId, node.name, now);
  if (numAffectedRows === 0n) {
    return null;
  }
  await addAttempt(db, taskId, attempt, nodeId, node.name, nonce, now);
  return requireTask(db, task.taskId);
}

/** Between the two looks a task may go from running to waiting for its next attempt, and back: then it is asked again. */
async function requestKill(db: Connection, order: KillOrder): ReturnType<Tasks["requestKill"]> {
  for (;;) {
    if (await endPending(db, order)) {
      return { kind: "ended", task: await requireTask(db, order.id) };
    }
    if (await orderEnd(db, order)) {
      return { kind: "requested", task: await requireTask(db, order.id) };
    }
    const task = await findTask(db, order.id);
    if (task === null || task.completedAt !== null) {
      return task === null ? null : { kind: "over", task };
    }
  }
}

async function endPending(db: Connection, order: KillOrder): Promise<boolean> {
  const result = await db
    .updateTable("tasks")
    .set({
      status: "killed",
      stage: "",
      handed_at: null,
      handed_to: null,
      outcome: "killed",
      reason: sql<string>`case when attempt = 0 then ${`Killed by ${order.by} before it started.`} else ${`Killed by ${order.by} before its next attempt.`} end`,
      completed_at: order.now,
      updated_at: order.now,
      kill_requested_at: order.now,
      kill_by: order.by,
      kill_signal: order.signal,
      kill_grace_ms: order.graceMs,
    })
    .where("id", "=", order.id)
    .where("status", "=", "pending")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** A later order replaces signal and grace, so that asking again goes faster; who asked first, and when, stays. */
async function orderEnd(db: Connection, order: KillOrder): Promise<boolean> {
  const result = await db
    .updateTable("tasks")
    .set((eb) => ({
      kill_requested_at: eb.fn.coalesce("kill_requested_at", eb.val(order.now)),
      kill_by: eb.fn.coalesce("kill_by", eb.val(order.by)),
      kill_signal: order.signal,
      kill_grace_ms: order.graceMs,
      updated_at: order.now,
    }))
    .where("id", "=", order.id)
    .where("status", "=", "running")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** As many of the first as have no more output together than one transaction should remove; at least one. */
async function withinReason(db: Connection, ids: number[]): Promise<number[]> {
  if (ids.length === 0) {
    return [];
  }
  const sizes = await db
    .selectFrom("output_blocks")
    .select((eb) => ["task_id as id", eb.fn.sum("length").as("bytes")])
    .where("task_id", "in", ids)
    .groupBy("task_id")
    .execute();
  const marks = await db
    .selectFrom("output_marks")
    .select((eb) => ["task_id as id", eb.fn.countAll().as("rows")])
    .where("task_id", "in", ids)
    .groupBy("task_id")
    .execute();
  const bytesOf = new Map(sizes.map(({ id, bytes }) => [id, Number(bytes)]));
  const rowsOf = new Map(marks.map(({ id, rows }) => [id, Number(rows)]));
  let bytes = 0;
  return ids.filter((id, index) => {
    bytes += (bytesOf.get(id) ?? 0) + (rowsOf.get(id) ?? 0) * marksRowBytes;
    return index === 0 || bytes <= outputBytesAtOnce;
  });
}

async function removeEnded(db: Connection, before: { endedBefore: number; limit: number }) {
  const ended = await db
    .selectFrom("tasks")
    .select("id")
    .where("completed_at", "<", before.endedBefore)
    .orderBy("completed_at")
    .limit(before.limit)
    .execute();
  const ids = await withinReason(
    db,
    ended.map((task) => task.id),
  );
  if (ids.length === 0) {
    return { tasks: 0, attempts: [] };
  }
  const attempts = await db
    .selectFrom("attempts")
    .select(["task_id as taskId", "number as attempt"])
    .where("task_id", "in", ids)
    .orderBy("task_id")
    .orderBy("number")
    .execute();
  for (const table of ownTables) {
    await db.deleteFrom(table).where("task_id", "in", ids).execute();
  }
  await db.deleteFrom("tasks").where("id", "in", ids).execute();
  return { tasks: ids.length, attempts };
}
