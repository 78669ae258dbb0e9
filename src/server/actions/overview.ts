import {
  type LastLine,
  type TaskDuration,
  type TaskFilterQuery,
  type UsualDuration,
  usualTasks,
} from "../../contract/index.ts";
import { percentile } from "../../domain/percentile.ts";
import { lastLineOf } from "../../output/last-line.ts";
import type { AttemptRef } from "../../output/output.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { presentDuration } from "../present/task.ts";
import { filterOf } from "./tasks.ts";

/** What a list shows beside its rows. */
export async function listDurations(
  context: Context,
  actor: Actor,
  { limit, ...query }: TaskFilterQuery & { limit: number },
): Promise<TaskDuration[]> {
  const filter = await filterOf(context, actor, query);
  const now = context.clock();
  return (await context.store.tasks.listTimes({ ...filter, limit })).map((task) => presentDuration(task, now));
}

/** Ids looked at for earlier tasks like one: 10 ms in SQLite when none of them has its name, 1 ms when all have. */
const usualWithin = 20_000;

/** What to compare the duration of a task with. */
export async function getUsualDuration(context: Context, actor: Actor, id: number): Promise<UsualDuration> {
  const task = await findVisibleTask(context, actor, id);
  const alike = await context.store.tasks.listAlike({ id: task.id, within: usualWithin, limit: usualTasks });
  const ran = alike.flatMap(({ startedAt, completedAt }) => {
    const ms = startedAt === null || completedAt === null ? null : Math.max(0, completedAt - startedAt);
    return ms === null ? [] : [{ count: 1, least: ms, most: ms }];
  });
  return { count: ran.length, p50_ms: percentile(ran, 0.5), p95_ms: percentile(ran, 0.95) };
}

/** Enough for a line of usual length behind the blank ones and the sequences that end a screen. */
const tailBytes = 2048;

/**
 * What those of the tasks that run wrote last. Asked for again and again by every open list, so it reads only files of
 * this machine: to look at an output elsewhere would have all of it fetched.
 */
export async function listLastLines(context: Context, actor: Actor, ids: readonly number[]): Promise<LastLine[]> {
  const ownerId = actor.permissions.has("view_all_tasks") ? null : actor.user.id;
  const which = { ownerId, ids, statuses: ["running"] as const };
  const running = await context.store.tasks.list({ ...which, descending: true, cursor: null, limit: ids.length });
  const lines: LastLine[] = [];
  for (const { id, attempt } of running) {
    const text = await lastLine(context, { taskId: id, attempt });
    if (text !== "") {
      lines.push({ id, attempt, text });
    }
  }
  return lines;
}

async function lastLine(context: Context, ref: AttemptRef): Promise<string> {
  if (!(await context.output.isThere(ref))) {
    return "";
  }
  const end = await context.output.size(ref);
  const pieces: Buffer[] = [];
  for await (const { data } of context.output.read(ref, { first: Math.max(0, end - tailBytes), end })) {
    pieces.push(data);
  }
  return lastLineOf(Buffer.concat(pieces));
}
