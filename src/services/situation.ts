import type { KnownNode } from "../domain/pending-reason.ts";
import type { FreePlace } from "../domain/pick-order.ts";
import { anywhere, choosePlace } from "../domain/placement.ts";
import type { NodeRow } from "../store/nodes.ts";
import type { QueueRow, RunningCounts } from "../store/store.ts";

/** What admission decides from: nodes, queues, what runs, and what is on its way to a node. */
export type Situation = {
  nodes: readonly KnownNode[];
  queues: readonly QueueRow[];
  running: RunningCounts;
  /** Running, or on their way. */
  takenByQueue: ReadonlyMap<string, number>;
};

export type Handed = { queue: string; nodeId: number | null; count: number };

export const nothingKnown: Situation = {
  nodes: [],
  queues: [],
  running: { byOwner: new Map(), byQueue: new Map(), byNode: new Map(), total: 0 },
  takenByQueue: new Map(),
};

export function situationOf(
  nodes: readonly NodeRow[],
  queues: readonly QueueRow[],
  running: RunningCounts,
  handed: readonly Handed[],
): Situation {
  const takenByQueue = new Map(running.byQueue);
  const takenByNode = new Map(running.byNode);
  for (const { queue, nodeId, count } of handed) {
    takenByQueue.set(queue, (takenByQueue.get(queue) ?? 0) + count);
    if (nodeId !== null) {
      takenByNode.set(nodeId, (takenByNode.get(nodeId) ?? 0) + count);
    }
  }
  const known = nodes.map((node): KnownNode => {
    const { id, name, labels, lanes, slots } = node;
    const taken = takenByNode.get(id) ?? 0;
    return { id, name, labels, lanes, slots, taken, isAlive: node.aliveForMs > 0, isDraining: node.state !== "active" };
  });
  addWandering(known, handed);
  return { nodes: known, queues, running, takenByQueue };
}

/** What any node may claim will be on one of them soon: it counts where admission would have put it. */
function addWandering(nodes: readonly KnownNode[], handed: readonly Handed[]): void {
  for (const { queue, nodeId, count } of handed) {
    for (let left = nodeId === null ? count : 0; left > 0; left -= 1) {
      const place = choosePlace(freePlaces(nodes), queue, anywhere);
      const node = nodes.find(({ id }) => id === place?.id);
      if (node === undefined) {
        break;
      }
      node.taken += 1;
    }
  }
}

/** Nodes that take work, with what is free on each. */
export function freePlaces(nodes: readonly KnownNode[]): FreePlace[] {
  const places: FreePlace[] = [];
  for (const { id, name, labels, lanes, slots, taken, isAlive, isDraining } of nodes) {
    if (isAlive && !isDraining) {
      places.push({ id, name, labels, lanes, free: Math.max(0, slots - taken) });
    }
  }
  return places;
}

export function freeSlotsByQueue({ queues, takenByQueue }: Situation): Map<string, number> {
  const free = new Map<string, number>();
  for (const queue of queues) {
    if (queue.slots !== null) {
      free.set(queue.name, Math.max(0, queue.slots - (takenByQueue.get(queue.name) ?? 0)));
    }
  }
  return free;
}
