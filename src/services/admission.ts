import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { type KnownNode, type PendingFacts, pendingReason, takersOf, whyWaiting } from "../domain/pending-reason.ts";
import { type Pick as Picked, pickNext } from "../domain/pick-order.ts";
import { worksFor } from "../domain/placement.ts";
import type { Log } from "../log/log.ts";
import type { HeldLock, NodeRow } from "../store/nodes.ts";
import type { ListedTask, QueueRow, ReadyTask, Store } from "../store/store.ts";
import { createLeadership } from "./leadership.ts";
import { createService, type Service } from "./service.ts";
import { freePlaces, freeSlotsByQueue, nothingKnown, type Situation, situationOf } from "./situation.ts";

/**
 * Admission: which pending tasks may go now, and where to.
 *
 * One server of the installation decides at a time, the one that holds the lock (leadership.ts). Each of its rounds looks
 * at the record alone: living nodes' slots, what runs, what is handed and not yet claimed, which queues are paused. It
 * picks (domain/pick-order.ts), marks the picks as handed in one transaction that is void unless the lock is still its own,
 * and gives those it applied to, and no others, to the dispatcher. So a server that was paused in the middle of a round
 * and wakes up when another has taken over hands nothing, and slots of nodes and queues are never given twice.
 *
 * It is driven by events: a task was submitted or ended, a node came or went, a delayed task is due. All servers are told
 * of them, whoever they happened to. The slow interval is a net for what was missed, and takes back what was handed and
 * lost on the way. What the dispatcher could not carry is taken back at once, and everything when it was out of order.
 *
 * A server that does not decide looks too, seldom, since people ask it why their task waits.
 */
export type AdmissionOptions = {
  store: Store;
  dispatcher: Dispatcher;
  log: Log;
  /** Random, of this process. */
  holder: string;
  /** This is the only server there can be. */
  isAlone: boolean;
  /** The server is about to stop and starts nothing new. */
  isDraining: () => boolean;
  clock: () => number;
};

export type Admission = Service & {
  /** A task was submitted that may start at this time. */
  delayedUntil(at: number): void;
  /** Why this pending task waits; with `ahead`, how many go first. */
  explain(task: ListedTask, ahead: number | null): string;
  /** What would become of a task that was submitted now, as far as this server knows. */
  foresee(task: Pick<ListedTask, "queue" | "notBefore" | "placement">, ahead: number): Prospect;
};

/** `waits`: why it would not start at once, null when it would. `takers`: living nodes that could run it. */
export type Prospect = { waits: string | null; takers: KnownNode[] };

const intervalMs = { alone: 5000, among: 2000 };
const sweepMs = 5000;
const restMs = 2;
/** Nodes and queues change seldom; what is known of them may be this old. */
const surroundingsHoldMs = 1000;
/** A handed task nobody claimed within this time was lost on the way. */
const handPatienceMs = 10_000;
/** setTimeout cannot wait longer than 2^31 ms; the next round sets the timer again. */
const longestTimerMs = 86_400_000;

type Surroundings = { nodes: readonly NodeRow[]; queues: readonly QueueRow[] };

export function createAdmission(options: AdmissionOptions): Admission {
  const { store, dispatcher, clock, isAlone, log } = options;
  const leadership = createLeadership(options);
  let situation: Situation = nothingKnown;
  let dueTimer: NodeJS.Timeout | null = null;
  let nextDueAt: number | null = null;
  /** False when another process may have added an earlier one. */
  let isDueKnown = false;
  let surroundings: Surroundings & { at: number } = { at: Number.NEGATIVE_INFINITY, nodes: [], queues: [] };
  let nextSweepAt = 0;

  const service = createService({
    ...{ name: "admission", restMs, log, runOnce },
    intervalMs: isAlone ? intervalMs.alone : intervalMs.among,
  });

  dispatcher.onPoke((poke) => {
    if (poke.topic === "admission") {
      isDueKnown = false;
      service.poke();
    } else if (poke.topic === "node" || poke.topic === "queues") {
      surroundings = { ...surroundings, at: Number.NEGATIVE_INFINITY };
      service.poke();
    } else if (poke.topic === "changed" && poke.kind !== "changed") {
      service.poke();
    }
  });
  dispatcher.onRecovered(() => {
    if (leadership.isHeld()) {
      const takingBack = store.tasks.takeBack({ handedForMs: 0 });
      takingBack.then(service.poke, (error) => log.error({ err: error }, "handed tasks not taken back"));
    }
  });

  async function runOnce(): Promise<{ handed: number; takenBack: number; due: number }> {
    const now = clock();
    const lock = await findLock();
    // How old something is here is measured by a clock that nobody sets; what is due, by the wall clock.
    const nowHere = performance.now();
    const isSweep = nowHere >= nextSweepAt;
    const takesBack = isSweep && lock !== null;
    const takenBack = takesBack ? await store.tasks.takeBack({ handedForMs: handPatienceMs }) : 0;
    const isDue = isSweep || (nextDueAt !== null && nextDueAt <= now);
    const due = isDue ? await store.tasks.promoteDue({ now }) : 0;
    nextSweepAt = isSweep ? nowHere + sweepMs : nextSweepAt;
    await look(lock !== null);
    const handed = lock !== null && mayHand() ? await handOver(lock) : 0;
    if (lock === null && due > 0) {
      void dispatcher.poke({ topic: "admission" });
    }
    if (isDue || !isDueKnown) {
      isDueKnown = true;
      nextDueAt = await store.tasks.nextDue();
    }
    // In every round: a timer may fire a little early, find nothing due yet, and must come again.
    armTimer();
    return { handed, takenBack, due };
  }

  /** A server that is about to stop leaves the decisions to another, where there can be one. */
  async function findLock(): Promise<HeldLock | null> {
    if (options.isDraining() && !isAlone) {
      await leadership.release();
      return null;
    }
    return leadership.hold();
  }

  async function look(decides: boolean): Promise<void> {
    const isFresh = surroundings.at + surroundingsHoldMs > performance.now();
    if (!isFresh) {
      const before = surroundings;
      const now = performance.now();
      const [nodes, queues] = await Promise.all([store.nodes.list(), store.queues.list()]);
      // Told meanwhile that they changed: this may be how they were before.
      const at = surroundings === before ? now : Number.NEGATIVE_INFINITY;
      surroundings = { at, nodes, queues };
    }
    if (!isFresh || decides) {
      // In this order: what is claimed between the two is counted twice, not missed.
      const handed = await store.tasks.countHanded();
      const running = await store.tasks.countRunning();
      situation = situationOf(surroundings.nodes, surroundings.queues, running, handed);
    }
  }

  function mayHand(): boolean {
    return !options.isDraining() && dispatcher.problem() === null;
  }

  async function handOver(lock: HeldLock): Promise<number> {
    const places = freePlaces(situation.nodes);
    const freeSlots = places.reduce((sum, place) => sum + place.free, 0);
    if (freeSlots === 0) {
      return 0;
    }
    const candidates = await findCandidates(freeSlots);
    const freeByQueue = freeSlotsByQueue(situation);
    const picks = pickNext({ candidates, places, freeByQueue, runningByOwner: situation.running.byOwner });
    if (picks.length === 0) {
      return 0;
    }
    const tasks = picks.map(({ task, nodeId }) => ({ id: task.id, nodeId }));
    const { leaseMs } = leadership;
    const applied = await store.tasks.hand({ tasks, lock: { ...lock, leaseMs } });
    if (applied === null) {
      leadership.lost();
      return 0;
    }
    const handed = new Set(applied);
    return handed.size - (await deliver(picks.filter(({ task }) => handed.has(task.id))));
  }

  async function findCandidates(limit: number): Promise<ReadyTask[]> {
    const candidates: ReadyTask[] = [];
    for (const queue of situation.queues) {
      if (!queue.isPaused && situation.nodes.some((node) => node.isAlive && worksFor(node, queue.name))) {
        for (const ownerId of await store.tasks.readyOwners({ queue: queue.name })) {
          candidates.push(...(await store.tasks.listReady({ queue: queue.name, ownerId, limit })));
        }
      }
    }
    return candidates;
  }

  /** Gives them to the dispatcher. What it does not take is ready again; answers how many those were. */
  async function deliver(picks: readonly Picked<ReadyTask>[]): Promise<number> {
    const refused: number[] = [];
    let problem: unknown = null;
    const deliveries = picks.map(async ({ task: { id: taskId, attempt, queue: lane, priority }, nodeId }) => {
      try {
        await dispatcher.add({ taskId, attempt, lane, priority, nodeId });
      } catch (error) {
        refused.push(taskId);
        problem = error;
      }
    });
    await Promise.all(deliveries);
    if (refused.length > 0) {
      log.warn(
        { err: problem, tasks: refused.length },
        "tasks could not be carried to the nodes: they are ready again",
      );
      await store.tasks.takeBack({ ids: refused });
    }
    return refused.length;
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
    poke() {
      service.poke();
      if (!leadership.isHeld()) {
        void dispatcher.poke({ topic: "admission" });
      }
    },
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
      await leadership.release().catch((error) => log.warn({ err: error }, "admission lock not given back"));
    },
    explain(task, ahead) {
      const { attempt: number, maxAttempts: of, reason: how } = task;
      return pendingReason({ ...factsOf(task, ahead), lastAttempt: number === 0 ? null : { number, of, how } });
    },
    foresee(task, ahead) {
      const facts = factsOf(task, ahead);
      return { waits: whyWaiting(facts), takers: takersOf(facts) };
    },
  };

  function factsOf(task: Pick<ListedTask, "queue" | "notBefore" | "placement">, ahead: number | null): PendingFacts {
    const queue = situation.queues.find((row) => row.name === task.queue);
    return {
      lastAttempt: null,
      now: clock(),
      ahead,
      notBefore: task.notBefore,
      isDraining: options.isDraining() && isAlone,
      problem: dispatcher.problem(),
      queue: task.queue,
      isQueuePaused: queue?.isPaused ?? false,
      queueSlots: queue?.slots ?? null,
      runningInQueue: situation.takenByQueue.get(task.queue) ?? 0,
      placement: task.placement,
      nodes: situation.nodes,
    };
  }
}
