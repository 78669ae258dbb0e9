import { type BulkOrder, type BulkResult, maxBulkTasks, type TaskDetail } from "../../contract/index.ts";
import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal, refusalOf } from "../failure.ts";
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
  request: { idempotencyKey: string | undefined; requestId: string },
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
      results[index] = await resultOf(context, id, request.requestId, () =>
        act(context, actor, id, request.idempotencyKey),
      );
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

async function resultOf(
  context: Context,
  id: number,
  requestId: string,
  act: () => Promise<TaskDetail>,
): Promise<BulkResult> {
  try {
    return { id, ok: true, task: await act(), code: null, detail: null };
  } catch (error) {
    // Those before it are done: an error now must not hide what became of them.
    const refusal = error instanceof InvalidInput ? refusalOfInput(error) : refusalOf(error, requestId);
    if (refusal.status >= 500) {
      context.log.error({ err: error, requestId, taskId: id }, "bulk action failed on a task");
    }
    const { code, message } = refusal;
    return { id, ok: false, task: null, code, detail: message };
  }
}

function refusalOfInput({ errors }: InvalidInput): Refusal {
  const sentences = Object.entries(errors).map(([field, texts]) => `${field}: ${[texts].flat().join(" ")}`);
  return new Refusal("bad_request", { problem: sentences.join(" ") });
}
