import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Delivery, DeliveryResult } from "../dispatcher.ts";
import { type LaneQueue, lostLookMs, type Taken } from "./lane-queues.ts";
import type { DispatchLog } from "./redis-link.ts";

/**
 * Takes deliveries for one node: from its own queue first, then from its lanes in turn.
 *
 * It takes one only while the node has a free slot, one at a time: `deliver` reserves its slot before it first waits, so
 * the next look at `freeSlots` counts it. What is taken is answered as soon as the claim is (lane-queues.ts says what
 * happens when it never is).
 *
 * Nobody asks Redis again and again. One connection waits for the markers of all queues at once (BZPOPMIN); a marker is
 * taken by one of those who wait, and set again by the script that takes a job, so a burst wakes one after the other. Who
 * took a marker looks into its queue; should that node die in between, the others look into all queues when their wait
 * ends without one, after `waitSeconds`. Without a free slot it does not wait at Redis at all.
 */
export type ConsumerOptions = {
  /** What only this node may run; looked at first. */
  own: LaneQueue;
  lanes: readonly LaneQueue[];
  /** A connection that is used for nothing else. */
  waiting: Redis;
  isUsable: () => boolean;
  freeSlots: () => number;
  deliver: (delivery: Delivery) => Promise<DeliveryResult>;
  log: DispatchLog;
};

export type Consumer = {
  /** Looks again at once. */
  wake(): void;
  /** Takes from these lanes from now on, without waiting for the end of a wait. */
  serve(lanes: readonly LaneQueue[]): void;
  close(): Promise<void>;
};

const waitSeconds = 5;
export const waitMs = waitSeconds * 1000;
/** A wait that is not answered by then has lost its connection. */
const waitPatienceMs = waitMs + 1500;
/** Slots can become free without a word, as when a lease is renewed. */
const lookAgainMs = 500;
const restAfterFailureMs = 200;

export function startConsumer(options: ConsumerOptions): Consumer {
  const { own, waiting, isUsable, freeSlots, log } = options;
  const id = randomUUID();
  let lanes = options.lanes;
  let queues = [own, ...lanes];
  /** Queues that may have something. */
  const promising = new Set(queues);
  const answers = new Set<Promise<void>>();
  let count = 0;
  let isClosed = false;
  /** After "busy" nothing is taken until then or until a slot became free, or it would go round and round. */
  let busyUntil = 0;
  let endRest: (() => void) | null = null;

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function hasRoom(): boolean {
    return freeSlots() > 0 && performance.now() >= busyUntil;
  }

  async function run(): Promise<void> {
    while (!isClosed) {
      if (!isUsable() || waiting.status !== "ready" || !hasRoom()) {
        await rest(isUsable() && waiting.status === "ready" ? lookAgainMs : restAfterFailureMs);
        continue;
      }
      try {
        if (!(await takeOne())) {
          await waitForMarker();
        }
      } catch (error) {
        if (!isClosed) {
          log.info({ err: error }, "nothing could be taken from redis");
          promiseAll();
          await rest(restAfterFailureMs);
        }
      }
    }
  }

  function promiseAll(): void {
    for (const queue of queues) {
      promising.add(queue);
    }
  }

  /** False when there is nothing in any queue. */
  async function takeOne(): Promise<boolean> {
    for (const queue of inTurn()) {
      count += 1;
      const taken = await queue.take(`${id}:${count}`);
      if (taken !== null) {
        const answer = handle(taken).finally(() => answers.delete(answer));
        answers.add(answer);
        return true;
      }
      promising.delete(queue);
    }
    return false;
  }

  /** The node's own queue, then the lanes, beginning with another one each time. */
  function inTurn(): LaneQueue[] {
    const first = lanes.length === 0 ? 0 : count % lanes.length;
    const order = [...lanes.slice(first), ...lanes.slice(0, first)];
    return [own, ...order].filter((queue) => promising.has(queue));
  }

  async function waitForMarker(): Promise<void> {
    const patience = setTimeout(() => waiting.disconnect(true), waitPatienceMs);
    try {
      const found = await waiting.bzpopmin(...queues.map((queue) => queue.marker), waitSeconds);
      if (found === null) {
        promiseAll();
        return;
      }
      const queue = queues.find(({ marker }) => marker === found[0]);
      if (queue !== undefined) {
        promising.add(queue);
        if (!hasRoom()) {
          await queue.mark();
        }
      }
    } finally {
      clearTimeout(patience);
    }
  }

  async function handle(taken: Taken): Promise<void> {
    const { taskId } = taken.delivery;
    try {
      const result = await options.deliver(taken.delivery).catch((error: unknown) => {
        log.warn({ err: error, taskId }, "delivery failed");
        return "busy" as const;
      });
      if (result === "busy") {
        busyUntil = performance.now() + lookAgainMs;
        await taken.putBack();
      } else {
        await taken.done();
      }
    } catch (error) {
      // It comes again when its lock ends, and the claim says then that it is not to be run.
      log.info({ err: error, taskId }, "delivery could not be answered");
    }
  }

  // Spread a little, so that many nodes do not all ask in the same moment.
  const recovery = setInterval(recoverLost, lostLookMs * (0.9 + Math.random() * 0.2)).unref();
  function recoverLost(): void {
    if (!isUsable()) {
      return;
    }
    for (const queue of queues) {
      queue.recoverLost().then(
        (found) => found > 0 && log.info({ count: found }, "deliveries nobody answered are delivered again"),
        () => {},
      );
    }
  }

  // Failures show in its status, and are told by the other connections.
  waiting.on("error", () => {});
  waiting.on("ready", () => endRest?.());
  waiting.connect().catch(() => {});
  recoverLost();
  const running = run();

  return {
    wake() {
      busyUntil = 0;
      endRest?.();
    },
    serve(served) {
      lanes = served;
      queues = [own, ...lanes];
      promiseAll();
      // The wait that is under way knows only the markers of before: this one ends it.
      own.mark().catch(() => {});
      endRest?.();
    },
    async close() {
      isClosed = true;
      clearInterval(recovery);
      endRest?.();
      waiting.disconnect();
      await running;
      await Promise.all(answers);
    },
  };
}
