import { isOver, type SignalName, type TaskDetail, type TaskStatus } from "../../contract/index.ts";
import type { TaskRow } from "../../store/store.ts";
import { type Actor, findOperableTask } from "../access.ts";
import type { Context } from "../context.ts";
import { Refusal } from "../failure.ts";
import { detailOf } from "./tasks.ts";

/**
 * Ending tasks. The order is written to the record first and the node is poked second, so that a lost poke or a restart
 * only delays it. A task counts as killed when its processes are gone, not when somebody asked.
 */
export type KillOrder = { signal: SignalName; grace_seconds?: number | null | undefined };

/** Asks for the end and answers at once. Throws 409 when it is already over. */
export async function killTask(context: Context, actor: Actor, id: number, order: KillOrder): Promise<TaskDetail> {
  const task = await findOperableTask(context, actor, id);
  const result = await requestKill(context, actor, task, order);
  if (result.kind === "over") {
    throw new Refusal("already_over", { id, status: result.task.status });
  }
  return detailOf(context, actor, result.task);
}

/** How long beyond the grace a DELETE waits for the processes to be gone. */
const patienceMs = 5000;

/** The original's way to kill: answers when the task is over. `isKilled` is false when its processes are still there. */
export async function deleteTask(
  context: Context,
  actor: Actor,
  id: number,
  closed: AbortSignal,
): Promise<{ detail: string; isKilled: boolean }> {
  const task = await findOperableTask(context, actor, id);
  const result = await requestKill(context, actor, task, { signal: "SIGTERM" });
  if (result.kind === "over") {
    return { detail: `Task ${id} already completed or killed.`, isKilled: true };
  }
  const status = result.kind === "ended" ? result.task.status : await waitForEnd(context, task, closed);
  if (status === null) {
    return { detail: `Task ${id} is being killed; its processes have not ended yet.`, isKilled: false };
  }
  // It may have come to another end in the meantime: its own, or its time-out's.
  const isKilled = status === "killed";
  return { detail: isKilled ? `Task ${id} killed` : `Task ${id} already completed or killed.`, isKilled: true };
}

async function requestKill(context: Context, actor: Actor, task: TaskRow, order: KillOrder) {
  const graceMs = order.grace_seconds == null ? task.spec.killGraceMs : Math.round(order.grace_seconds * 1000);
  const { username: by } = actor.user;
  const request = { id: task.id, by, signal: order.signal, graceMs, now: context.clock() };
  const result = await context.store.tasks.requestKill(request);
  if (result === null) {
    throw new Refusal("not_found");
  }
  if (result.kind === "ended") {
    await context.dispatcher.remove({ taskId: task.id, attempt: task.attempt });
    context.live.changed({ taskId: task.id, kind: "ended" });
    context.admission.poke();
  } else if (result.kind === "requested") {
    await noteOrder(context, result.task, request);
    context.live.changed({ taskId: task.id, kind: "changed" });
    await context.dispatcher.poke({ topic: "kill", taskId: task.id });
  }
  return result;
}

/** Into the task's log, with who ordered it now; the order stands whether or not this could be written. */
async function noteOrder(
  context: Context,
  task: TaskRow,
  order: { by: string; signal: string; graceMs: number; now: number },
): Promise<void> {
  const text = `Kill ordered by ${order.by}: ${order.signal}, and SIGKILL after ${order.graceMs / 1000} s.`;
  const event = { taskId: task.id, attempt: task.attempt, at: order.now, kind: "kill", text } as const;
  await context.store.events.add([event]).catch((error: unknown) => {
    context.log.error({ err: error, taskId: task.id }, "kill order not in the task's log");
  });
}

/** Its status once the record says it is over; null when that takes longer than the grace and some patience. */
async function waitForEnd(context: Context, task: TaskRow, closed: AbortSignal): Promise<TaskStatus | null> {
  const { promise, resolve } = Promise.withResolvers<TaskStatus | null>();
  const look = async () => {
    const now = await context.store.tasks.find({ id: task.id });
    if (now === null || isOver(now.status)) {
      resolve(now?.status ?? "killed");
    }
  };
  const check = () => void look().catch(() => undefined);
  const stop = context.live.watch(task.id, check);
  const timer = setTimeout(() => resolve(null), task.spec.killGraceMs + patienceMs);
  closed.addEventListener("abort", () => resolve(null), { once: true });
  check();
  const status = await promise;
  clearTimeout(timer);
  stop();
  return status;
}
