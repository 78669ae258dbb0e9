/**
 * Which nodes may run a task, and which of them is taken.
 *
 * A node suits a task when it works for its queue, has the name it asks for and all the labels it asks for. Of those with
 * a free slot the most special one is taken: that works for the fewest queues, has the fewest labels nobody asked for, and
 * then has the most free slots. So the node that others need as well stays free for them.
 */
export type Placement = { node: string | null; labels: readonly string[] };

/** A node as far as it matters here. */
export type Place = {
  id: number;
  name: string;
  labels: readonly string[];
  /** Queues it works for; null for all. */
  lanes: readonly string[] | null;
};

export const anywhere: Placement = { node: null, labels: [] };

/** Null for a task that may run anywhere. Labels in order and once each, so that what means the same looks the same. */
export function placementOf({ node, labels }: Placement): { node: string | null; labels: string[] } | null {
  return node === null && labels.length === 0 ? null : { node, labels: [...new Set(labels)].sort() };
}

export function worksFor(place: Pick<Place, "lanes">, queue: string): boolean {
  return place.lanes === null || place.lanes.includes(queue);
}

export function fits(place: Pick<Place, "name" | "labels">, placement: Placement): boolean {
  const isNamed = placement.node === null || placement.node === place.name;
  return isNamed && placement.labels.every((label) => place.labels.includes(label));
}

/** The most special node with a free slot that suits; null when there is none. */
export function choosePlace<T extends Place & { free: number }>(
  places: readonly T[],
  queue: string,
  placement: Placement,
): T | null {
  let best: T | null = null;
  for (const place of places) {
    const suits = place.free > 0 && worksFor(place, queue) && fits(place, placement);
    if (suits && (best === null || isMoreSpecial(place, best))) {
      best = place;
    }
  }
  return best;
}

/** All have the labels that are asked for, so the fewest of all are the fewest beside them. */
function isMoreSpecial(a: Place & { free: number }, b: Place & { free: number }): boolean {
  const queues = (a.lanes?.length ?? Number.MAX_SAFE_INTEGER) - (b.lanes?.length ?? Number.MAX_SAFE_INTEGER);
  if (queues !== 0) {
    return queues < 0;
  }
  if (a.labels.length !== b.labels.length) {
    return a.labels.length < b.labels.length;
  }
  return a.free === b.free ? a.id < b.id : a.free > b.free;
}
