import { defaultQueueName, type NewQueue, type Queue, type QueueChange } from "../../contract/index.ts";
import type { QueueRow } from "../../store/store.ts";
import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { presentQueue } from "../present/queue.ts";

/** Queues: look at them, make, change and remove them. A change is in the record first; the poke only makes it quick. */
export async function listQueues(context: Context): Promise<Queue[]> {
  return present(context, await context.store.queues.list());
}

export async function createQueue(context: Context, actor: Actor, { name, slots }: NewQueue): Promise<Queue> {
  const row = await context.store.queues.create({ name, slots: slots ?? null });
  if (row === null) {
    throw new InvalidInput({
      name: [`There is a queue named ${name} already. Choose another name, or change that one.`],
    });
  }
  await tell(context, actor, row, "queue made");
  return presentOne(context, row);
}

export async function updateQueue(context: Context, actor: Actor, name: string, change: QueueChange): Promise<Queue> {
  const row = await context.store.queues.update({
    name,
    ...(change.slots === undefined ? {} : { slots: change.slots }),
    ...(change.paused === undefined ? {} : { isPaused: change.paused }),
  });
  if (row === null) {
    throw new Refusal("not_found");
  }
  await tell(context, actor, row, "queue changed");
  return presentOne(context, row);
}

/** Throws 409 while tasks in it are not over, while a node is bound to it, and for the default queue. */
export async function removeQueue(context: Context, actor: Actor, name: string): Promise<{ detail: string }> {
  const bound = (await context.store.nodes.list()).find((node) => node.lanes?.includes(name));
  if (bound !== undefined && name !== defaultQueueName) {
    throw new Refusal("queue_bound", { name, node: bound.name });
  }
  const removal = await context.store.queues.remove({ name });
  if (removal.kind === "unknown") {
    throw new Refusal("not_found");
  }
  if (removal.kind === "default") {
    throw new Refusal("default_queue", { name });
  }
  if (removal.kind === "in_use") {
    throw new Refusal("queue_in_use", { name, tasks: removal.tasks });
  }
  await tell(context, actor, { name }, "queue removed");
  return { detail: `Queue ${name} is removed.` };
}

async function tell(context: Context, actor: Actor, queue: Partial<QueueRow>, what: string): Promise<void> {
  await context.dispatcher.poke({ topic: "queues" });
  context.log.info({ queue, by: actor.user.username }, what);
}

async function presentOne(context: Context, row: QueueRow): Promise<Queue> {
  const [queue] = await present(context, [row]);
  return queue as Queue;
}

async function present({ store }: Context, queues: readonly QueueRow[]): Promise<Queue[]> {
  const [pending, running, nodes] = await Promise.all([
    store.statistics.pending({ ownerId: null }),
    store.tasks.countRunning(),
    store.nodes.list(),
  ]);
  return queues.map((queue) =>
    presentQueue(queue, {
      running: running.byQueue.get(queue.name) ?? 0,
      pending: pending.find((waiting) => waiting.queue === queue.name),
      nodes,
    }),
  );
}
