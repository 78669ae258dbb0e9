import type { Node } from "../../contract/index.ts";
import { endAsLost, type LostAttempt } from "../../services/lost-attempt.ts";
import type { NodeRow } from "../../store/nodes.ts";
import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import { Refusal } from "../failure.ts";
import { presentNode } from "../present/node.ts";

/** Nodes: look at them, and what an admin tells them. An order is in the record first; the poke only makes it quick. */
export async function listNodes(context: Context, actor: Actor): Promise<Node[]> {
  return present(context, actor, await context.store.nodes.list());
}

export async function getNode(context: Context, actor: Actor, id: number): Promise<Node> {
  const [node] = await present(context, actor, [await findNode(context, id)]);
  if (node === undefined) {
    throw new Refusal("not_found");
  }
  return node;
}

export async function drainNode(context: Context, actor: Actor, id: number): Promise<Node> {
  return setState(context, actor, id, "draining");
}

/** One that does not drain stays as it is. */
export async function resumeNode(context: Context, actor: Actor, id: number): Promise<Node> {
  const node = await findNode(context, id);
  return node.state === "draining" ? setState(context, actor, id, "active") : getNode(context, actor, id);
}

async function setState(context: Context, actor: Actor, id: number, state: "active" | "draining"): Promise<Node> {
  if (!(await context.store.nodes.setState({ id, state }))) {
    throw new Refusal("not_found");
  }
  await context.dispatcher.poke({ topic: "node", nodeId: id });
  const node = await getNode(context, actor, id);
  context.log.info({ node: node.name, state, by: actor.user.username }, "node told");
  return node;
}

/** Throws 409 while it is alive. What ran there is ended as lost in the same step, so no task is left behind. */
export async function forgetNode(context: Context, actor: Actor, id: number): Promise<{ detail: string }> {
  const node = await findNode(context, id);
  if (id === context.ownNodeId()) {
    throw new Refusal("node_alive", { name: node.name });
  }
  const lost = await context.store.transaction(async (store) => {
    if (!(await store.nodes.forget({ id }))) {
      throw new Refusal("node_alive", { name: node.name });
    }
    const ended: NonNullable<LostAttempt>[] = [];
    for (const attempt of await store.attempts.listOpen({ nodeId: id })) {
      const end = await endAsLost(store, node, attempt, context.clock());
      ended.push(...(end === null ? [] : [end]));
    }
    return ended;
  });
  for (const { taskId, kind, retryAt } of lost) {
    context.live.changed({ taskId, kind });
    if (retryAt !== null) {
      context.admission.delayedUntil(retryAt);
    }
  }
  context.admission.poke();
  context.log.info({ node: node.name, lost: lost.length, by: actor.user.username }, "node forgotten");
  const tasks =
    lost.length === 0 ? "" : ` What ran there is lost: ${lost.length === 1 ? "1 task" : `${lost.length} tasks`}.`;
  return { detail: `Node ${node.name} is forgotten.${tasks}` };
}

async function findNode(context: Context, id: number): Promise<NodeRow> {
  const node = await context.store.nodes.find({ id });
  if (node === null) {
    throw new Refusal("not_found");
  }
  return node;
}

async function present(context: Context, actor: Actor, nodes: readonly NodeRow[]): Promise<Node[]> {
  const { tasks } = context.store;
  const seesAll = actor.permissions.has("view_all_tasks");
  const counts = await tasks.countRunning();
  const visible = await tasks.listRunning({ ownerId: seesAll ? null : actor.user.id });
  const idsByNode = Map.groupBy(visible, (task) => task.nodeId);
  return nodes.map((node) =>
    presentNode(node, {
      running: counts.byNode.get(node.id) ?? 0,
      visibleTasks: (idsByNode.get(node.id) ?? []).map((task) => task.id),
    }),
  );
}
