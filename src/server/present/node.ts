import type { Node, NodeState } from "../../contract/index.ts";
import type { NodeRow } from "../../store/nodes.ts";
import { isoTime } from "./task.ts";

/** A node as it leaves through the API. */
export function presentNode(node: NodeRow, load: { running: number; visibleTasks: readonly number[] }): Node {
  return {
    id: node.id,
    name: node.name,
    host: node.host,
    state: nodeStateOf(node),
    draining: node.state === "draining",
    slots: node.slots,
    running: load.running,
    tasks: [...load.visibleTasks],
    labels: node.labels,
    lanes: node.lanes,
    version: node.version,
    registered_at: isoTime(node.registeredAt),
    seen_at: isoTime(node.seenAt),
    lease_seconds: Math.max(0, node.aliveForMs) / 1000,
  };
}

/** What a node is doing, as far as its lease tells. */
export function nodeStateOf(node: NodeRow): NodeState {
  if (node.aliveForMs <= 0) {
    return "silent";
  }
  return node.state === "active" ? "alive" : node.state;
}
