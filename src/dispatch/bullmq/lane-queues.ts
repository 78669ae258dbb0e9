import { Job, type JobJson, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Delivery } from "../dispatcher.ts";

/**
 * The queues in Redis: one per lane, and one per node for what only it may run. All moves are BullMQ's scripts, each of
 * which is atomic. Of BullMQ only its queue is used: its worker holds a connection and a loop per queue, takes a number of
 * jobs that is fixed in advance, and holds each until its process ends.
 *
 * A delivery is a job from `add` until somebody answered it. Why adding it again after a loss always leads to a delivery:
 * - It waits: adding it again does nothing, and nothing is needed.
 * - Somebody took it and died before answering: nobody extends its lock, which ends after `lockMs`; the check that every
 *   consumer does each `lostLookMs` puts it back. Adding it meanwhile does nothing.
 * - It was answered: nothing of it is kept (`removeOnComplete`), and adding it makes a new job.
 * - Its data is there and it is in no list (a Redis that evicts keys does that): BullMQ takes it for a duplicate for ever.
 *   `add` sees that the data was there, looks where it is, and begins anew when it is nowhere.
 * - All is gone (FLUSHALL): adding it makes a new job.
 *
 * The marker of a queue is what consumers wait for. Each script that makes something available sets it, but for the one
 * that puts a job back: that is done here.
 */
export type Taken = {
  delivery: Delivery;
  /** It is answered: claimed, or not to be run any more. */
  done(): Promise<void>;
  /** Somebody else may take it at once. */
  putBack(): Promise<void>;
};

export type LaneQueue = {
  /** The key of the marker. */
  marker: string;
  add(delivery: Delivery): Promise<void>;
  remove(of: { taskId: number; attempt: number }): Promise<void>;
  take(token: string): Promise<Taken | null>;
  /** Tells all who wait that there may be something. */
  mark(): Promise<void>;
  /** Puts back what was taken by somebody who is gone. */
  recoverLost(): Promise<number>;
  close(): Promise<void>;
};

export type LaneQueueOptions = {
  redis: Redis;
  prefix: string;
  name: string;
};

/** How long an answer may take. A claim that is slower is delivered once more, which the claim itself makes harmless. */
const lockMs = 3000;
/** How often a consumer looks for what nobody answered. What is lost is found at the second look. */
export const lostLookMs = 3000;
/** Looks of several consumers are at least so far apart. Shorter than theirs, or one would fall into another's rest. */
const lostLookRestMs = 2000;
/** BullMQ counts how often a job was put back, and would fail it. */
const neverTooOften = 1_000_000_000;
/** Nobody reads its stream of events. */
const keptEvents = 10;

const highestPriority = 1_000_000;
const lowestForBullmq = 2 ** 21 - 1;

/** BullMQ takes the lowest number first, from 1 on; 0 would go before all of them. */
export function priorityForBullmq(priority: number): number {
  return Math.min(Math.max(highestPriority + 1 - priority, 1), lowestForBullmq);
}

/** Names of lanes are free text. No name of a lane is a name of a node's queue. */
export function laneQueueName(delivery: Pick<Delivery, "lane" | "nodeId">): string {
  return delivery.nodeId === null ? `lane-${encodeURIComponent(delivery.lane)}` : `node-${delivery.nodeId}`;
}

export function openLaneQueue({ redis, prefix, name }: LaneQueueOptions): LaneQueue {
  const options = {
    connection: redis,
    prefix,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    streams: { events: { maxLen: keptEvents } },
    lockDuration: lockMs,
    maxStalledCount: neverTooOften,
    stalledInterval: lostLookRestMs,
  };
  const queue = new Queue<Delivery>(name, options);
  const backend = queue.getBackend();
  // Failures reach those who called; the connection is watched by redis-link.ts.
  queue.on("error", () => {});
  const jobId = ({ taskId, attempt }: { taskId: number; attempt: number }) => `t-${taskId}-${attempt}`;
  const marker = queue.toKey("marker");
  const mark = async () => void (await redis.zadd(marker, 0, "0"));

  async function put(delivery: Delivery): Promise<void> {
    await queue.add("attempt", delivery, {
      jobId: jobId(delivery),
      priority: priorityForBullmq(delivery.priority),
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  return {
    marker,
    async add(delivery) {
      const id = jobId(delivery);
      const [wasThere] = await Promise.all([redis.exists(queue.toKey(id)), put(delivery)]);
      if (wasThere === 1 && (await backend.getState(id)) === "unknown") {
        await redis.del(queue.toKey(id));
        await put(delivery);
      }
    },
    async remove(of) {
      await queue.remove(jobId(of));
    },
    async take(token) {
      const [data, id] = (await backend.moveToActive(token)) as [JobJson | null, string];
      if (!data) {
        return null;
      }
      const job = Job.fromJSON<Delivery>(queue, data, id);
      return {
        delivery: job.data,
        async done() {
          await backend.moveToCompleted(job, null, true, token, false);
        },
        async putBack() {
          await backend.moveJobFromActiveToWait(id, token);
          await mark();
        },
      };
    },
    mark,
    async recoverLost() {
      return (await backend.moveStalledJobsToWait()).length;
    },
    async close() {
      await queue.close();
    },
  };
}
