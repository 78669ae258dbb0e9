import { type Selectable, sql } from "kysely";
import type { LimitInForce } from "../../contract/index.ts";
import type { Placement } from "../nodes.ts";
import type { KillRequest, ListedTask, TaskRow, TaskSpec } from "../store.ts";
import type { Connection, Database } from "./schema.ts";
import { statement } from "./statement.ts";
import { factsOf, parsePreview, type SpecFacts } from "./task-text.ts";
import { toUsage } from "./usage-columns.ts";

/** Between the columns of the tasks table and a task. */
type Columns = Selectable<Database["tasks"]>;

const listedColumns = [
  "id",
  "owner_id",
  "name",
  "status",
  "queue",
  "neg_priority",
  "not_before",
  "attempt",
  "node_id",
  "node_name",
  "created_at",
  "updated_at",
  "started_at",
  "completed_at",
  "kill_requested_at",
  "kill_by",
  "kill_signal",
  "kill_grace_ms",
  "outcome",
  "exit_code",
  "signal",
  "reason",
  "cpu_ms",
  "max_rss_bytes",
  "output_bytes",
  "max_processes",
  "read_bytes",
  "write_bytes",
  "progress_permille",
  "is_suspended",
  "limits_in_force",
  "placement",
  "tags",
  "description",
] as const;

type ListedColumns = Pick<Columns, (typeof listedColumns)[number]> & { owner_name: string };

/**
 * Tasks with the name of their owner, all but the spec. The name comes from a subquery: with a join, a planner may walk
 * through the accounts first and sort all their tasks.
 */
export function selectTasks(db: Connection) {
  return db
    .selectFrom("tasks")
    .select(listedColumns.map((column) => `tasks.${column}` as const))
    .select(sql<string>`(select users.username from users where users.id = tasks.owner_id)`.as("owner_name"));
}

const findById = statement(1, (db, id: number) => selectTasks(db).select("tasks.spec").where("tasks.id", "=", id));

/** One whole task; null when there is none. */
export async function findTask(db: Connection, id: number): Promise<TaskRow | null> {
  const [row] = (await findById(db, id)).rows;
  return row === undefined ? null : toTask(row);
}

/** The task that was just written. */
export async function requireTask(db: Connection, id: number): Promise<TaskRow> {
  const task = await findTask(db, id);
  if (task === null) {
    throw new Error(`Task ${id} is not in the database although it was just written.`);
  }
  return task;
}

export function toTask(row: ListedColumns & Pick<Columns, "spec">): TaskRow {
  const spec = parseSpec(row.spec);
  return { ...withoutSpec(row), ...factsOf(spec), spec };
}

export function toListedTask(row: ListedColumns & Pick<Columns, "preview">): ListedTask {
  return { ...withoutSpec(row), ...parsePreview(row.preview) };
}

function withoutSpec(row: ListedColumns): Omit<TaskRow, "spec" | keyof SpecFacts> {
  return {
    id: row.id,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    name: row.name,
    description: row.description,
    status: row.status,
    queue: row.queue,
    priority: 0 - row.neg_priority,
    tags: JSON.parse(row.tags) as string[],
    notBefore: row.not_before,
    attempt: row.attempt,
    nodeId: row.node_id,
    nodeName: row.node_name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    kill: toKillRequest(row),
    outcome: row.outcome,
    exitCode: row.exit_code,
    signal: row.signal,
    reason: row.reason,
    usage: toUsage(row),
    outputBytes: row.output_bytes,
    progress: row.progress_permille === null ? null : row.progress_permille / 1000,
    isSuspended: row.is_suspended === 1,
    limitsInForce: parseLimitsInForce(row.limits_in_force),
    placement: parsePlacement(row.placement),
  };
}

/** What specs written by earlier versions do not name. */
const addedLater: Pick<TaskSpec, "retry" | "limits" | "sandbox" | "pty" | "markStderr" | "input" | "node" | "labels"> =
  {
    retry: null,
    limits: { memoryBytes: null, cpuSeconds: null, processes: null, openFiles: null, nice: null, outputBytes: null },
    sandbox: "none",
    pty: null,
    markStderr: false,
    input: false,
    node: null,
    labels: [],
  };

function parseSpec(text: string): TaskSpec {
  return { ...addedLater, ...(JSON.parse(text) as TaskSpec) };
}

/** Null is anywhere. */
export function parsePlacement(text: string | null): Placement | null {
  return text === null ? null : (JSON.parse(text) as Placement);
}

/** Null is none. */
export function parseLimitsInForce(text: string | null): LimitInForce[] {
  return text === null ? [] : (JSON.parse(text) as LimitInForce[]);
}

/** Null when nobody asked for the end of the task. */
export function toKillRequest(
  row: Pick<Columns, "kill_requested_at" | "kill_by" | "kill_signal" | "kill_grace_ms">,
): KillRequest | null {
  if (
    row.kill_requested_at === null ||
    row.kill_by === null ||
    row.kill_signal === null ||
    row.kill_grace_ms === null
  ) {
    return null;
  }
  return {
    requestedAt: row.kill_requested_at,
    by: row.kill_by,
    signal: row.kill_signal,
    graceMs: row.kill_grace_ms,
  };
}
