import type { Attempt, TaskLogEntry } from "../../contract/index.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { presentAttempt } from "../present/task.ts";
import { logOf } from "../present/task-log.ts";

/** What became of a task: its attempts, and the log of what happened to it. */
export async function listAttempts(context: Context, actor: Actor, id: number): Promise<Attempt[]> {
  const task = await findVisibleTask(context, actor, id);
  const attempts = await context.store.attempts.list({ taskId: task.id });
  return attempts.map((attempt) => presentAttempt(attempt, context.clock()));
}

export async function listEvents(context: Context, actor: Actor, id: number): Promise<TaskLogEntry[]> {
  const task = await findVisibleTask(context, actor, id);
  const attempts = await context.store.attempts.list({ taskId: task.id });
  return logOf(task, attempts, await context.store.events.list({ taskId: task.id }));
}
