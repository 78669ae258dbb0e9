import { createHash } from "node:crypto";
import { placementOf } from "../../domain/placement.ts";
import type { Placement } from "../nodes.ts";
import type { TaskSpec, Tasks } from "../store.ts";
import type { Access } from "./access.ts";
import { holdQueue } from "./queues.ts";
import type { Connection, NewRow } from "./schema.ts";
import { findTask, requireTask } from "./task-row.ts";
import { previewOf, searchTextOf } from "./task-text.ts";

type NewTask = Parameters<Tasks["create"]>[0];

/** How long an idempotency key is remembered. */
const keyLifeMs = 24 * 60 * 60 * 1000;

export function creationOn({ write, dialect }: Access): Pick<Tasks, "create" | "edit"> {
  return {
    create: (task) =>
      write(async (db) => {
        if (task.idempotency !== null) {
          await dialect.lock(db, "idempotency");
          const first = await findByKey(db, task, task.idempotency.key);
          if (first !== null) {
            return first.bodyHash === task.idempotency.bodyHash
              ? { kind: "replayed", task: await requireTask(db, first.taskId) }
              : { kind: "conflict" };
          }
        }
        if (!(await holdQueue(db, dialect, task.queue))) {
          return { kind: "no_queue" };
        }
        const id = await dialect.insertWithId(db, "tasks", rowOf(task));
        await addTags(db, id, task);
        if (task.idempotency !== null) {
          await rememberKey(db, task, task.idempotency, id);
        }
        return { kind: "created", task: await requireTask(db, id) };
      }),

    edit: (change) =>
      write(async (db) => {
        // Written before it is read, so that of two changes at once the second sees the first.
        const touch = db.updateTable("tasks").set({ updated_at: change.now }).where("id", "=", change.id);
        await touch.execute();
        const task = await findTask(db, change.id);
        if (task === null) {
          return null;
        }
        const name = change.name ?? task.name;
        const description = change.description ?? task.description;
        await db
          .updateTable("tasks")
          .set({
            name,
            description,
            search_text: searchTextOf({ name, description, program: task.spec.program }),
            updated_at: change.now,
          })
          .where("id", "=", change.id)
          .execute();
        return { ...task, name, description, updatedAt: change.now };
      }),
  };
}

function placementColumns(spec: TaskSpec): Pick<NewRow<"tasks">, "placement" | "placement_key"> {
  const wanted = placementOf(spec);
  if (wanted === null) {
    return { placement: null, placement_key: "" };
  }
  const placement = JSON.stringify(wanted satisfies Placement);
  return { placement, placement_key: createHash("sha256").update(placement).digest("hex").slice(0, 40) };
}

function rowOf(task: NewTask): NewRow<"tasks"> {
  return {
    owner_id: task.ownerId,
    name: task.name,
    status: "pending",
    stage: task.notBefore !== null && task.notBefore > task.now ? "delayed" : "ready",
    queue: task.queue,
    neg_priority: 0 - task.priority,
    not_before: task.notBefore,
    attempt: 0,
    created_at: task.now,
    updated_at: task.now,
    output_bytes: 0,
    ...placementColumns(task.spec),
    tags: JSON.stringify(distinct(task.tags)),
    description: task.description,
    preview: previewOf(task.spec),
    search_text: searchTextOf({ name: task.name, description: task.description, program: task.spec.program }),
    spec: JSON.stringify(task.spec),
  };
}

function distinct(tags: string[]): string[] {
  return [...new Set(tags)];
}

async function addTags(db: Connection, taskId: number, task: NewTask): Promise<void> {
  for (const tag of distinct(task.tags)) {
    await db.insertInto("task_tags").values({ task_id: taskId, tag }).execute();
  }
}

async function findByKey(
  db: Connection,
  task: NewTask,
  key: string,
): Promise<{ taskId: number; bodyHash: string } | null> {
  const row = await db
    .selectFrom("idempotency_keys")
    .select(["task_id", "body_hash"])
    .where("owner_id", "=", task.ownerId)
    .where("idempotency_key", "=", key)
    .where("created_at", ">", task.now - keyLifeMs)
    .executeTakeFirst();
  return row === undefined ? null : { taskId: row.task_id, bodyHash: row.body_hash };
}

async function rememberKey(
  db: Connection,
  task: NewTask,
  idempotency: { key: string; bodyHash: string },
  taskId: number,
): Promise<void> {
  await db
    .deleteFrom("idempotency_keys")
    .where("owner_id", "=", task.ownerId)
    .where("idempotency_key", "=", idempotency.key)
    .execute();
  await db
    .insertInto("idempotency_keys")
    .values({
      owner_id: task.ownerId,
      idempotency_key: idempotency.key,
      body_hash: idempotency.bodyHash,
      task_id: taskId,
      created_at: task.now,
    })
    .execute();
}
