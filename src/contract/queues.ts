import { z } from "zod";
import { endpoint } from "./endpoint.ts";

/** Queues: named lanes that tasks are submitted to, each with slots of its own and a pause. */

export const queue = z.object({
  name: z.string(),
  /** Attempts at once; null for as many as the nodes have. */
  slots: z.int().nullable(),
  /** What is in it waits; what runs goes on. */
  paused: z.boolean(),
  /** Attempts that run, everybody's. */
  running: z.int(),
  /** Tasks that wait to start, everybody's. */
  pending: z.int(),
  /** Of these, how many wait for their time. */
  delayed: z.int(),
  /** Since when the first submitted of the others may start; null when there is none. */
  oldest_since: z.iso.datetime().nullable(),
  /** Names of the living nodes with slots that work for it. */
  nodes: z.array(z.string()),
});

export type Queue = z.output<typeof queue>;

/** The queue of tasks that name none. It is always there. */
export const defaultQueueName = "default";

const queueName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: "A name is 1 to 64 letters, digits, dots, underscores and dashes, and begins with a letter or a digit.",
});
export const mostQueueSlots = 10_000;
const slots = z.int().min(1).max(mostQueueSlots).nullish();

export const newQueue = z.object({ name: queueName, slots });
export const queueChange = z.object({ slots, paused: z.boolean().optional() });
export type NewQueue = z.output<typeof newQueue>;
export type QueueChange = z.output<typeof queueChange>;

const shared = { tag: "queues", kind: "json", status: 200 } as const;
const byName = z.object({ name: queueName });

export const queueEndpoints = {
  listQueues: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/queues/",
    summary: "All queues, with how many tasks wait and run in each, everybody's.",
    access: "view_tasks",
    response: z.array(queue),
  }),
  createQueue: endpoint({
    ...shared,
    method: "POST",
    path: "/taskapi/queues/",
    summary: "Make a queue, with slots of its own or without a limit.",
    access: "manage_queues",
    status: 201,
    body: newQueue,
    response: queue,
  }),
  updateQueue: endpoint({
    ...shared,
    method: "PATCH",
    path: "/taskapi/queues/:name/",
    summary:
      "Change the slots of a queue (null for no limit), pause it or let it go on. What runs goes on in any case.",
    access: "manage_queues",
    params: byName,
    body: queueChange,
    response: queue,
  }),
  removeQueue: endpoint({
    ...shared,
    method: "DELETE",
    path: "/taskapi/queues/:name/",
    summary: "Remove a queue in which no task waits or runs. The default queue stays.",
    access: "manage_queues",
    params: byName,
    response: z.object({ detail: z.string() }),
  }),
};
