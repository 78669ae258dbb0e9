import { anywhere, choosePlace, type Place, type Placement } from "./placement.ts";

/**
 * Which ready tasks go next, and where to.
 *
 * Priority first. Among tasks of one priority the owner with the fewest attempts running goes first, counting those just
 * picked, so that somebody's thousand tasks do not keep another person's single one waiting; then the older task.
 * Each pick takes a slot of a node that suits it (placement.ts) and of its queue. A task for which there is none waits, and
 * holds up nobody else.
 */
export type Candidate = {
  id: number;
  ownerId: number;
  queue: string;
  priority: number;
  attempt: number;
  /** Null: it may go to every node that works for its queue. */
  placement: Placement | null;
};

export type FreePlace = Place & { free: number };

export type PickInput<T extends Candidate> = {
  /** Ready tasks; per owner, queue and placement at least the best ones, as many as there are free slots. */
  candidates: readonly T[];
  runningByOwner: ReadonlyMap<number, number>;
  /** Free slots of a queue; a queue that is not named has no limit of its own. */
  freeByQueue: ReadonlyMap<string, number>;
  /** Nodes that take work, with what is free on each. */
  places: readonly FreePlace[];
};

/** A picked task and the node it is for; null when any that works for its queue may have it. */
export type Pick<T> = { task: T; nodeId: number | null };

export function pickNext<T extends Candidate>(input: PickInput<T>): Pick<T>[] {
  const running = new Map(input.runningByOwner);
  const freeByQueue = new Map(input.freeByQueue);
  const places = input.places.map((place) => ({ ...place }));
  const waiting = [...input.candidates];
  const picks: Pick<T>[] = [];
  for (;;) {
    const best = bestOf(waiting, running, freeByQueue, chooser(places));
    if (best === null) {
      return picks;
    }
    const { task, place } = best;
    picks.push({ task, nodeId: task.placement === null ? null : place.id });
    place.free -= 1;
    waiting.splice(waiting.indexOf(task), 1);
    running.set(task.ownerId, (running.get(task.ownerId) ?? 0) + 1);
    const free = freeByQueue.get(task.queue);
    if (free !== undefined) {
      freeByQueue.set(task.queue, free - 1);
    }
  }
}

type Chooser = (task: Candidate) => FreePlace | null;

/** Many tasks ask for the same: between two picks each question is answered once. */
function chooser(places: readonly FreePlace[]): Chooser {
  const answers = new Map<string, FreePlace | null>();
  return (task) => {
    const question = task.placement === null ? task.queue : `${task.queue}\n${JSON.stringify(task.placement)}`;
    let answer = answers.get(question);
    if (answer === undefined) {
      answer = choosePlace(places, task.queue, task.placement ?? anywhere);
      answers.set(question, answer);
    }
    return answer;
  };
}

function bestOf<T extends Candidate>(
  waiting: readonly T[],
  running: ReadonlyMap<number, number>,
  freeByQueue: ReadonlyMap<string, number>,
  choose: Chooser,
): { task: T; place: FreePlace } | null {
  let best: { task: T; place: FreePlace } | null = null;
  for (const task of waiting) {
    const hasSlot = (freeByQueue.get(task.queue) ?? 1) > 0;
    if (hasSlot && (best === null || goesBefore(task, best.task, running))) {
      const place = choose(task);
      best = place === null ? best : { task, place };
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
