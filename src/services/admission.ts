import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { type PendingFacts, pendingReason } from "../domain/pending-reason.ts";
import { pickNext } from "../domain/pick-order.ts";
import type { Log } from "../log/log.ts";
import type { ListedTask, QueueRow, ReadyTask, RunningCounts, Store } from "../store/store.ts";
import { createService, type Service } from "./service.ts";

/**
 * Admission: which pending tasks may go now.
 *
 * Each round looks at the record alone: living nodes' slots, what runs, what is handed and not yet claimed, which queues
 * are paused. It picks (domain/pick-order.ts), marks the picks as handed in one conditional update, and gives those it
 * applied to, and no others, to the dispatcher. Two servers doing this at once therefore never hand a task twice; and if
 * they did, the claim would let only one run it.
 *
 * It is driven by events: a task was submitted or ended, a node came or went, a delayed task is due. The slow interval is
 * a net for what was missed, and takes back what was handed and lost on the way.
 */
export type AdmissionOptions = {
  store: Store;
  dispatcher: Dispatcher;
  log: Log;
  /** Queues that are worked for here; null for all. */
  lanes: readonly string[] | null;
  /** The server is about to stop and starts nothing new. */
  isDraining: () => boolean;
  clock: () => number;
};

export type Admission = Service & {
  /** A task was submitted that may start at this time. */
  delayedUntil(at: number): void;
  /** Why this pending task waits; with `ahead`, how many go first. */
  explain(task: ListedTask, ahead: number | null): string;
};

const intervalMs = 5000;
const restMs = 2;
/** Nodes and queues change seldom; what is known of them may be this old. */
const surroundingsHoldMs = 1000;
/** A handed task nobody claimed within this time was lost on the way. */
const handPatienceMs = 10_000;
/** setTimeout cannot wait longer than 2^31 ms; the next round sets the timer again. */
const longestTimerMs = 86_400_000;

type Surroundings = { slots: number; queues: readonly QueueRow[] };
type Situation = Surroundings & { running: RunningCounts };

export function createAdmission(options: AdmissionOptions): Admission {
  const { store, dispatcher, clock } = options;
  let situation: Situation = {
    slots: 0,
    running: { byOwner: new Map(), byQueue: new Map(), total: 0 },
    queues: [],
  };
  let dueTimer: NodeJS.Timeout | null = null;
  let nextDueAt: number | null = null;
  let surroundings: Surroundings & { at: number } = { at: Number.NEGATIVE_INFINITY, slots: 0, queues: [] };
  let nextSweepAt = 0;

  const service = createService({ name: "admission", intervalMs, restMs, log: options.log, runOnce });

  async function runOnce(): Promise<{ handed: number; takenBack: number; due: number }> {
    const now = clock();
    // How old something is here is measured by a clock that nobody sets; what is due, by the wall clock.
    const nowHere = performance.now();
    const isSweep = nowHere >= nextSweepAt;
    const takenBack = isSweep ? await store.tasks.takeBack({ handedBefore: now - handPatienceMs }) : 0;
    const isDue = isSweep || (nextDueAt !== null && nextDueAt <= now);
    const due = isDue ? await store.tasks.promoteDue({ now }) : 0;
    nextSweepAt = isSweep ? nowHere + intervalMs : nextSweepAt;
    const isFresh = surroundings.at + surroundingsHoldMs > nowHere;
    surroundings = isFresh ? surroundings : { at: nowHere, ...(await look(now)) };
    situation = { ...surroundings, running: await store.tasks.countRunning() };
    const freeSlots = situation.slots - situation.running.total - (await store.tasks.countHanded());
    const handed = freeSlots > 0 && !options.isDraining() ? await handOver(freeSlots) : 0;
    if (isDue) {
      nextDueAt = await store.tasks.nextDue();
    }
    // In every round: a timer may fire a little early, find nothing due yet, and must come again.
    armTimer();
    return { handed, takenBack, due };
  }

  async function look(now: number): Promise<Surroundings> {
    const [nodes, queues] = await Promise.all([store.nodes.list(), store.queues.list()]);
    let slots = 0;
    for (const node of nodes) {
      slots += node.leaseUntil > now ? node.slots : 0;
    }
    return { slots, queues };
  }

  async function handOver(freeSlots: number): Promise<number> {
    const open = situation.queues.filter((queue) => !queue.isPaused && isServed(queue.name));
    const candidates: ReadyTask[] = [];
    for (const queue of open) {
      for (const ownerId of await store.tasks.readyOwners({ queue: queue.name })) {
        candidates.push(...(await store.tasks.listReady({ queue: queue.name, ownerId, limit: freeSlots })));
      }
    }
    if (candidates.length === 0) {
      return 0;
    }
    const freeByQueue = freeSlotsByQueue(open, situation.running);
    const picks = pickNext({ candidates, freeSlots, freeByQueue, runningByOwner: situation.running.byOwner });
    const applied = new Set(await store.tasks.hand({ ids: picks.map((task) => task.id), now: clock() }));
    for (const task of picks) {
      if (applied.has(task.id)) {
        const { id: taskId, attempt, queue: lane, priority } = task;
        await dispatcher.add({ taskId, attempt, lane, priority, nodeId: null });
      }
    }
    return applied.size;
  }

  function isServed(queue: string): boolean {
    return options.lanes === null || options.lanes.includes(queue);
  }

  function armTimer(): void {
    if (dueTimer !== null) {
      clearTimeout(dueTimer);
    }
    const waitMs = nextDueAt === null ? null : Math.min(Math.max(nextDueAt - clock(), 0), longestTimerMs);
    dueTimer = waitMs === null ? null : setTimeout(service.poke, waitMs);
    dueTimer?.unref();
  }

  return {
    ...service,
    runOnce,
    delayedUntil(at) {
      if (nextDueAt === null || at < nextDueAt) {
        nextDueAt = at;
        armTimer();
      }
    },
    async stop() {
      await service.stop();
      if (dueTimer !== null) {
        clearTimeout(dueTimer);
      }
    },
    explain(task, ahead) {
      const isQueueServed = isServed(task.queue);
      const isDraining = options.isDraining();
      return pendingReason({ ...factsOf(task, ahead, situation, clock()), isQueueServed, isDraining });
    },
  };
}

function freeSlotsByQueue(queues: readonly QueueRow[], running: RunningCounts): Map<string, number> {
  const free = new Map<string, number>();
  for (const queue of queues) {
    if (queue.slots !== null) {
      free.set(queue.name, Math.max(0, queue.slots - (running.byQueue.get(queue.name) ?? 0)));
    }
  }
  return free;
}

function factsOf(
  task: ListedTask,
  ahead: number | null,
  situation: Situation,
  now: number,
): Omit<PendingFacts, "isQueueServed" | "isDraining"> {
  const queue = situation.queues.find((row) => row.name === task.queue);
  return {
    lastAttempt: task.attempt === 0 ? null : { number: task.attempt, of: task.maxAttempts, how: task.reason },
    now,
    ahead,
    notBefore: task.notBefore,
    queue: task.queue,
    isQueuePaused: queue?.isPaused ?? false,
    queueSlots: queue?.slots ?? null,
    runningInQueue: situation.running.byQueue.get(task.queue) ?? 0,
    slots: situation.slots,
    running: situation.running.total,
  };
}
