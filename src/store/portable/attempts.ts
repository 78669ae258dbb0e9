import type { Selectable, Updateable } from "kysely";
import type { LimitInForce } from "../../contract/index.ts";
import type { AttemptEnd, AttemptRow, Attempts, OpenAttempt } from "../store.ts";
import type { Access } from "./access.ts";
import { updateAttempt, writeRunning } from "./attempt-fence.ts";
import type { Connection, Database } from "./schema.ts";
import { parseLimitsInForce, selectTasks, toTask } from "./task-row.ts";
import { toUsage, usageColumns } from "./usage-columns.ts";

export function attemptsOn({ read, write, note }: Access): Attempts {
  return {
    async list(of) {
      const attempts = read.selectFrom("attempts").selectAll().where("task_id", "=", of.taskId);
      const rows = await attempts.orderBy("number").execute();
      return rows.map(toAttempt);
    },

    async find(by) {
      const attempts = read.selectFrom("attempts").selectAll().where("task_id", "=", by.taskId);
      const row = await attempts.where("number", "=", by.attempt).executeTakeFirst();
      return row === undefined ? null : toAttempt(row);
    },

    listOpen: (of) => listOpen(read, of.nodeId),

    started: ({ pid, startedAt, limitsInForce, now, ...key }) =>
      note((db) => {
        const limits = limitsColumn(limitsInForce);
        return writeRunning(db, key, {
          task: { started_at: startedAt, updated_at: now, ...limits },
          attempt: { started_at: startedAt, pid, ...limits },
        });
      }),

    // What began first is the cause: a timeout that a kill overtakes stays a timeout. The sentence follows the latest.
    ending: ({ cause, reason, now, ...key }) =>
      write(async (db) => {
        const applies = await writeRunning(db, key, { task: { reason, updated_at: now }, attempt: { reason } });
        if (applies) {
          await updateAttempt(db, key).set({ ending: cause }).where("ending", "is", null).execute();
        }
        return applies;
      }),

    suspend: ({ since, now, ...key }) =>
      write((db) =>
        writeRunning(db, key, {
          task: { is_suspended: 1, updated_at: now },
          attempt: { suspended_at: since.atMs, suspended_uptime_ms: since.uptimeMs },
        }),
      ),

    resume: ({ suspendedMs, now, ...key }) =>
      write((db) =>
        writeRunning(db, key, {
          task: { is_suspended: 0, updated_at: now },
          attempt: { suspended_at: null, suspended_uptime_ms: null, suspended_ms: suspendedMs },
        }),
      ),

    noteProgress: ({ progress, now, ...key }) =>
      note((db) =>
        writeRunning(db, key, {
          task: { progress_permille: progress === null ? null : Math.round(progress * 1000), updated_at: now },
          attempt: null,
        }),
      ),

    noteUsage: ({ usage, usageSeries, ...key }) =>
      note((db) => {
        const columns = usageColumns(usage);
        return writeRunning(db, key, { task: columns, attempt: { ...columns, usage_series: usageSeries } });
      }),

    setReason: ({ reason, now, ...key }) =>
      note((db) => writeRunning(db, key, { task: { reason, updated_at: now }, attempt: { reason } })),

    finish: (end) => write((db) => finish(db, end)),
  };
}

async function finish(db: Connection, end: AttemptEnd): Promise<"over" | "pending" | false> {
  // What a node no longer knows after a restart must not erase what it said when the process started.
  const started = end.startedAt === null ? {} : { started_at: end.startedAt };
  const pid = end.pid === null ? {} : { pid: end.pid };
  const result = {
    outcome: end.outcome,
    exit_code: end.exitCode,
    signal: end.signal,
    reason: end.reason,
    ...usageColumns(end.usage),
    output_bytes: end.outputBytes,
    ...limitsColumn(end.limitsInForce),
  };
  const attempt = {
    ...result,
    ...started,
    ...pid,
    ended_at: end.endedAt,
    gap_first: end.outputGap?.first ?? null,
    gap_last: end.outputGap?.last ?? null,
    usage_series: end.usageSeries,
    suspended_at: null,
    suspended_uptime_ms: null,
    suspended_ms: end.suspendedMs,
  };
  const always = { is_suspended: 0, updated_at: end.now };
  if (end.retryAt !== null) {
    const task = { ...pendingAgain(end, end.retryAt), ...always };
    if (await writeRunning(db, end, { task, attempt }, { unlessKilled: true })) {
      return "pending";
    }
  }
  const over = { ...result, ...started, ...always, status: end.status, stage: "", completed_at: end.endedAt } as const;
  return (await writeRunning(db, end, { task: over, attempt })) ? "over" : false;
}

function limitsColumn(limits: readonly LimitInForce[]) {
  return limits.length === 0 ? {} : { limits_in_force: JSON.stringify(limits) };
}

/** The task waits for its next attempt: how the last one ended stands with the attempt, and here only in words. */
function pendingAgain(end: AttemptEnd, retryAt: number): Updateable<Database["tasks"]> {
  return {
    status: "pending",
    stage: retryAt > end.now ? "delayed" : "ready",
    not_before: retryAt,
    handed_at: null,
    handed_to: null,
    started_at: null,
    progress_permille: null,
    reason: end.reason,
    ...usageColumns(end.usage),
    output_bytes: end.outputBytes,
  };
}

async function listOpen(db: Connection, nodeId: number): Promise<OpenAttempt[]> {
  const attempts = await db
    .selectFrom("attempts")
    .selectAll()
    .where("node_id", "=", nodeId)
    .where("ended_at", "is", null)
    .orderBy("task_id")
    .orderBy("number")
    .execute();
  const open = db.selectFrom("attempts").select("attempts.task_id").where("attempts.node_id", "=", nodeId);
  const tasks = await selectTasks(db)
    .select("tasks.spec")
    .where("tasks.id", "in", open.where("attempts.ended_at", "is", null))
    .execute();
  const taskById = new Map(tasks.map((row) => [row.id, toTask(row)]));
  const answer: OpenAttempt[] = [];
  for (const attempt of attempts) {
    const task = taskById.get(attempt.task_id);
    // Missing when it ended between the two reads: then it is not open any more.
    if (task !== undefined) {
      answer.push({ ...toAttempt(attempt), task });
    }
  }
  return answer;
}

function toAttempt(row: Selectable<Database["attempts"]>): AttemptRow {
  return {
    taskId: row.task_id,
    number: row.number,
    nodeId: row.node_id,
    nodeName: row.node_name,
    nonce: row.nonce,
    pid: row.pid,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    ending: row.ending,
    outcome: row.outcome,
    exitCode: row.exit_code,
    signal: row.signal,
    reason: row.reason,
    usage: toUsage(row),
    usageSeries: row.usage_series,
    suspended: row.suspended_at === null ? null : { atMs: row.suspended_at, uptimeMs: row.suspended_uptime_ms ?? 0 },
    suspendedMs: row.suspended_ms ?? 0,
    limitsInForce: parseLimitsInForce(row.limits_in_force),
    outputBytes: row.output_bytes,
    outputGap: row.gap_first === null || row.gap_last === null ? null : { first: row.gap_first, last: row.gap_last },
  };
}
