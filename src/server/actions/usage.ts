import type { UsageSeries } from "../../contract/index.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { Refusal } from "../failure.ts";

/** What an attempt used over time; of a running one as of now. */
export async function readUsage(
  context: Context,
  actor: Actor,
  id: number,
  query: { attempt?: number | undefined },
): Promise<UsageSeries> {
  const task = await findVisibleTask(context, actor, id);
  const number = query.attempt ?? task.attempt;
  const attempt = await context.store.attempts.find({ taskId: task.id, attempt: number });
  if (attempt === null && query.attempt !== undefined) {
    throw new Refusal("not_found");
  }
  return { attempt: number, points: [] };
}
