import type { Queue } from "../../contract/index.ts";
import { worksFor } from "../../domain/placement.ts";
import type { NodeRow } from "../../store/nodes.ts";
import type { PendingTasks } from "../../store/statistics.ts";
import type { QueueRow } from "../../store/store.ts";
import { isoTime } from "./task.ts";

type Load = { running: number; pending: PendingTasks | undefined; nodes: readonly NodeRow[] };

/** A queue as it leaves through the API. */
export function presentQueue(queue: QueueRow, { running, pending, nodes }: Load): Queue {
  const oldest = pending?.oldest ?? null;
  const serving = nodes.filter((node) => node.aliveForMs > 0 && node.slots > 0 && worksFor(node, queue.name));
  return {
    name: queue.name,
    slots: queue.slots,
    paused: queue.isPaused,
    running,
    pending: pending?.count ?? 0,
    delayed: pending?.delayed ?? 0,
    oldest_since: oldest === null ? null : isoTime(oldest.since),
    nodes: serving.map((node) => node.name),
  };
}
