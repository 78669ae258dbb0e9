import type { Dispatcher } from "../dispatcher.ts";
import { type Consumer, startConsumer, waitMs } from "./consumer.ts";
import { type LaneQueue, laneQueueName, openLaneQueue } from "./lane-queues.ts";
import { openMessages } from "./messages.ts";
import { createRedisCounter } from "./redis-counter.ts";
import { type DispatchLog, openRedisLink } from "./redis-link.ts";

/**
 * The dispatcher of many machines, through Redis. Deliveries wait in BullMQ's queues (lane-queues.ts) and are taken by
 * nodes with a free slot (consumer.ts); what processes tell and ask each other is published (messages.ts). Nothing in Redis
 * is the only copy of anything: without it submitting works, and admission hands over again what it lost.
 */
export type BullmqDispatcherOptions = {
  /** redis:// or rediss://; may hold a password, which never reaches a message or the log. */
  redisUrl: string;
  /** Distinguishes this installation from all others that use the same Redis. */
  installation: string;
  log: DispatchLog;
};

/** Throws DispatcherRefused when Redis is there and cannot be worked with; when it is away, `problem` says so. */
export async function createBullmqDispatcher(options: BullmqDispatcherOptions): Promise<Dispatcher> {
  const { redisUrl, installation, log } = options;
  const prefix = `utm-${installation}`;
  const link = await openRedisLink({ url: redisUrl, prefix, log });
  const messages = await openMessages(link, prefix);
  const queues = new Map<string, LaneQueue>();
  let consumer: Consumer | null = null;
  link.onRecovered(() => consumer?.wake());

  function queueNamed(name: string): LaneQueue {
    const queue = queues.get(name) ?? openLaneQueue({ redis: link.commands, prefix, name });
    queues.set(name, queue);
    return queue;
  }

  function laneQueues(lanes: readonly string[]): LaneQueue[] {
    return lanes.map((lane) => queueNamed(laneQueueName({ lane, nodeId: null })));
  }

  return {
    async add(delivery) {
      try {
        await queueNamed(laneQueueName(delivery)).add(delivery);
      } catch (error) {
        link.noteFailure(error);
        throw new Error(link.problem() ?? "Redis did not take the delivery.", { cause: error });
      }
    },
    async remove(of) {
      // In which one it is, is known to who added it, which may be another process.
      await Promise.allSettled([...queues.values()].map((queue) => queue.remove(of)));
    },
    async process({ nodeId, lanes, freeSlots, deliver }) {
      const own = queueNamed(laneQueueName({ nodeId, lane: "" }));
      await messages.answerFor(nodeId);
      consumer = startConsumer({
        ...{ freeSlots, deliver, log, own },
        lanes: laneQueues(lanes),
        waiting: link.connectAgain("waiting", waitMs),
        isUsable: () => link.problem() === null,
      });
    },
    serve: (lanes) => consumer?.serve(laneQueues(lanes)),
    slotFreed: () => consumer?.wake(),
    async poke(poke) {
      messages.poke(poke);
    },
    onPoke: messages.onPoke,
    ask: messages.ask,
    onAsk: messages.onAsk,
    problem: link.problem,
    onRecovered: link.onRecovered,
    counter: createRedisCounter(link, prefix),
    async close() {
      messages.close();
      await consumer?.close();
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      link.close();
    },
  };
}
