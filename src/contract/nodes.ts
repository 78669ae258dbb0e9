import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { wholeNumber } from "./fields.ts";

/** Nodes: the machines that run attempts. Look at them, let one drain, let it go on, forget one that is gone. */

/**
 * `alive` takes work; `draining` was told to take no more; `stopping` waits for what runs and then ends; `silent` gave no
 * sign for longer than its lease.
 */
export const nodeStates = ["alive", "draining", "stopping", "silent"] as const;
export type NodeState = (typeof nodeStates)[number];

export const node = z.object({
  id: z.int(),
  name: z.string(),
  /** The machine's own name. */
  host: z.string(),
  state: z.enum(nodeStates),
  /** Told to take no more, alive or not; stays so until it is resumed. */
  draining: z.boolean(),
  /** Attempts at once. */
  slots: z.int(),
  /** Attempts that run there, everybody's. */
  running: z.int(),
  /** Ids of the tasks that run there and that you may see. */
  tasks: z.array(z.int()),
  labels: z.array(z.string()),
  /** Queues it works for; null for all. */
  lanes: z.array(z.string()).nullable(),
  version: z.string(),
  registered_at: z.iso.datetime(),
  seen_at: z.iso.datetime(),
  /** How much longer it counts as alive without another sign; 0 when that is over. */
  lease_seconds: z.number(),
});

export type Node = z.output<typeof node>;

const shared = { tag: "nodes", kind: "json", status: 200 } as const;
const byId = z.object({ id: wholeNumber(1) });

export const nodeEndpoints = {
  listNodes: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/nodes/",
    summary: "All nodes, and what of yours runs there.",
    access: "signed_in",
    response: z.array(node),
  }),
  getNode: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/nodes/:id/",
    summary: "One node, and what of yours runs there.",
    access: "signed_in",
    params: byId,
    response: node,
  }),
  drainNode: endpoint({
    ...shared,
    method: "POST",
    path: "/taskapi/nodes/:id/drain/",
    summary: "Let the node take no more tasks. What runs goes on.",
    access: "manage_nodes",
    params: byId,
    response: node,
  }),
  resumeNode: endpoint({
    ...shared,
    method: "POST",
    path: "/taskapi/nodes/:id/resume/",
    summary: "Let a drained node take tasks again.",
    access: "manage_nodes",
    params: byId,
    response: node,
  }),
  forgetNode: endpoint({
    ...shared,
    method: "DELETE",
    path: "/taskapi/nodes/:id/",
    summary: "Forget a silent node. What ran there is lost: such tasks fail, or run again if their retry names `lost`.",
    access: "manage_nodes",
    params: byId,
    response: z.object({ detail: z.string() }),
  }),
};
