import type { Selectable } from "kysely";
import type { AttemptEnd, AttemptRow, Attempts, OpenAttempt } from "../store.ts";
import type { Access } from "./access.ts";
import { updateAttempt, writeRunning } from "./attempt-fence.ts";
import type { Connection, Database } from "./schema.ts";
import { selectTasks, toTask } from "./task-row.ts";

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

    started: ({ pid, startedAt, now, ...key }) =>
      note((db) =>
        writeRunning(db, key, {
          task: { started_at: startedAt, updated_at: now },
          attempt: { started_at: startedAt, pid },
        }),
      ),

    // What began first is the cause: a timeout that a kill overtakes stays a timeout. The sentence follows the latest.
    ending: ({ cause, reason, now, ...key }) =>
      write(async (db) => {
        const applies = await writeRunning(db, key, { task: { reason, updated_at: now }, attempt: { reason } });
        if (applies) {
          await updateAttempt(db, key).set({ ending: cause }).where("ending", "is", null).execute();
        }
        return applies;
      }),

    setReason: ({ reason, now, ...key }) =>
      note((db) => writeRunning(db, key, { task: { reason, updated_at: now }, attempt: { reason } })),

    finish: (end) => write((db) => finish(db, end)),
  };
}

function finish(db: Connection, end: AttemptEnd): Promise<boolean> {
  // What a node no longer knows after a restart must not erase what it said when the process started.
  const started = end.startedAt === null ? {} : { started_at: end.startedAt };
  const pid = end.pid === null ? {} : { pid: end.pid };
  const result = {
    outcome: end.outcome,
    exit_code: end.exitCode,
    signal: end.signal,
    reason: end.reason,
    cpu_ms: end.cpuMs,
    max_rss_bytes: end.maxRssBytes,
    output_bytes: end.outputBytes,
  };
  return writeRunning(db, end, {
    task: { ...result, ...started, status: end.status, stage: "", completed_at: end.endedAt, updated_at: end.now },
    attempt: {
      ...result,
      ...started,
      ...pid,
      ended_at: end.endedAt,
      gap_first: end.outputGap?.first ?? null,
      gap_last: end.outputGap?.last ?? null,
    },
  });
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
    cpuMs: row.cpu_ms,
    maxRssBytes: row.max_rss_bytes,
    outputBytes: row.output_bytes,
    outputGap: row.gap_first === null || row.gap_last === null ? null : { first: row.gap_first, last: row.gap_last },
  };
}
