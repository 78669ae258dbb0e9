/**
 * Which ready tasks go next.
 *
 * Priority first. Among tasks of one priority the owner with the fewest attempts running goes first, counting those just
 * picked, so that somebody's thousand tasks do not keep another person's single one waiting; then the older task.
 * Free slots of the whole installation and of each queue bound the picks.
 */
export type Candidate = { id: number; ownerId: number; queue: string; priority: number; attempt: number };

export type PickInput<T extends Candidate> = {
  /** Ready tasks; per owner and queue at least the best `freeSlots` ones. */
  candidates: readonly T[];
  runningByOwner: ReadonlyMap<number, number>;
  /** Free slots of a queue; a queue that is not named has no limit of its own. */
  freeByQueue: ReadonlyMap<string, number>;
  freeSlots: number;
};

export function pickNext<T extends Candidate>(input: PickInput<T>): T[] {
  const running = new Map(input.runningByOwner);
  const freeByQueue = new Map(input.freeByQueue);
  const waiting = [...input.candidates];
  const picks: T[] = [];
  while (picks.length < input.freeSlots) {
    const best = bestOf(waiting, running, freeByQueue);
    if (best === null) {
      break;
    }
    picks.push(best);
    waiting.splice(waiting.indexOf(best), 1);
    running.set(best.ownerId, (running.get(best.ownerId) ?? 0) + 1);
    const free = freeByQueue.get(best.queue);
    if (free !== undefined) {
      freeByQueue.set(best.queue, free - 1);
    }
  }
  return picks;
}

function bestOf<T extends Candidate>(
  waiting: readonly T[],
  running: ReadonlyMap<number, number>,
  freeByQueue: ReadonlyMap<string, number>,
): T | null {
  let best: T | null = null;
  for (const task of waiting) {
    const hasSlot = (freeByQueue.get(task.queue) ?? 1) > 0;
    if (hasSlot && (best === null || goesBefore(task, best, running))) {
      best = task;
    }
  }
  return best;
}

function goesBefore(a: Candidate, b: Candidate, running: ReadonlyMap<number, number>): boolean {
  if (a.priority !== b.priority) {
    return a.priority > b.priority;
  }
  const share = (running.get(a.ownerId) ?? 0) - (running.get(b.ownerId) ?? 0);
  return share === 0 ? a.id < b.id : share < 0;
}
