import type { AttemptRef } from "../../output/output.ts";
import type { TaskRow } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { Refusal } from "../failure.ts";

/** The attempt asked for, else the latest; null when none has begun. */
export async function attemptOf(
  context: Context,
  task: TaskRow,
  number: number | undefined,
): Promise<AttemptRef | null> {
  if (number === undefined) {
    return task.attempt === 0 ? null : { taskId: task.id, attempt: task.attempt };
  }
  if ((await context.store.attempts.find({ taskId: task.id, attempt: number })) === null) {
    throw new Refusal("not_found");
  }
  return { taskId: task.id, attempt: number };
}
