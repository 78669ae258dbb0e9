import { type BulkOrder, type BulkResult, maxBulkTasks, type TaskDetail } from "../../contract/index.ts";
import { StoreUnavailable } from "../../store/store.ts";
import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { resumeTask, suspendTask } from "./control.ts";
import { killTask } from "./kill.ts";
import { rerunTask } from "./submit.ts";
import { filterOf } from "./tasks.ts";

/**
 * The same action on many tasks. Each is done by the code of the single action, with its rights and refusals; one that
 * refuses stops none of the others. Nothing is done when the order itself is wrong.
 */
export async function bulkTasks(
  context: Context,
  actor: Actor,
  order: BulkOrder,
  idempotencyKey: string | undefined,
): Promise<BulkResult[]> {
  const ids = order.ids === undefined ? await idsOf(context, actor, order) : [...new Set(order.ids)];
  const results: BulkResult[] = [];
  const act = actions[order.action];
  // Reruns get their ids in the order of the first ones, so they are submitted one after the other.
  const atOnce = order.action === "rerun" ? 1 : concurrency;
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < ids.length; index = next++) {
      const id = ids[index] as number;
      results[index] = await resultOf(context, id, () => act(context, actor, id, idempotencyKey));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

const concurrency = 8;

type Action = (context: Context, actor: Actor, id: number, key: string | undefined) => Promise<TaskDetail>;

const actions: Readonly<Record<BulkOrder["action"], Action>> = {
  kill: (context, actor, id) => killTask(context, actor, id, { signal: "SIGTERM" }),
  suspend: suspendTask,
  resume: resumeTask,
  rerun: async (context, actor, id, key) => {
    const keyOfThis = key === undefined ? undefined : `${key} ${id}`;
    return (await rerunTask(context, actor, id, {}, keyOfThis)).task;
  },
};

async function idsOf(context: Context, actor: Actor, order: BulkOrder): Promise<number[]> {
  const filter = await filterOf(context, actor, order.filter ?? {});
  const rows = await context.store.tasks.list({ ...filter, descending: false, cursor: null, limit: maxBulkTasks + 1 });
  if (rows.length > maxBulkTasks) {
    const total = await context.store.tasks.count(filter);
    const sentence = `The filter names ${total} tasks, and at most ${maxBulkTasks} are taken at once. Narrow it.`;
    throw new InvalidInput({ filter: [sentence] });
  }
  return rows.map(({ id }) => id);
}

async function resultOf(context: Context, id: number, act: () => Promise<TaskDetail>): Promise<BulkResult> {
  try {
    return { id, ok: true, task: await act(), code: null, detail: null };
  } catch (error) {
    const { code, message } = refusalOf(context, id, error);
    return { id, ok: false, task: null, code, detail: message };
  }
}

/** Those before it are done: an error now must not hide what became of them. */
function refusalOf(context: Context, id: number, error: unknown): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  if (error instanceof StoreUnavailable) {
    return new Refusal("not_ready", { problem: error.message });
  }
  if (error instanceof InvalidInput) {
    const sentences = Object.entries(error.errors).map(([field, texts]) => `${field}: ${[texts].flat().join(" ")}`);
    return new Refusal("bad_request", { problem: sentences.join(" ") });
  }
  context.log.error({ err: error, taskId: id }, "bulk action failed on a task");
  return new Refusal("internal_error", { requestId: `for task ${id}` });
}
