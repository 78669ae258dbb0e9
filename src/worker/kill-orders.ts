import type { Log } from "../log/log.ts";
import type { KillRequest, Store } from "../store/store.ts";
import type { HeldAttempt } from "./held-attempt.ts";

/**
 * Kill orders on their way from the record to the attempt. The record has them first, so each can be looked up again: a
 * poke only makes it fast, and a heartbeat finds what was missed.
 */
export type KillOrdersOptions = {
  store: Store;
  log: Log;
  find(taskId: number): HeldAttempt | null;
  kill(held: HeldAttempt, order: KillRequest): Promise<void>;
};

export class KillOrders {
  readonly #options: KillOrdersOptions;

  constructor(options: KillOrdersOptions) {
    this.#options = options;
  }

  /** Somebody ordered the end of a task this node holds. */
  async killNow(taskId: number): Promise<void> {
    const { store, log, find, kill } = this.#options;
    try {
      const task = await store.tasks.find({ id: taskId });
      const held = find(taskId);
      if (held !== null && task !== null && task.kill !== null) {
        await kill(held, task.kill);
      }
    } catch (error) {
      // The order is in the record; the next heartbeat carries it out.
      log.error({ err: error, taskId }, "kill order not read");
    }
  }

  /** Carries out what the record orders and this node does not know of yet. */
  async catchUp(nodeId: number): Promise<void> {
    const { store, find, kill } = this.#options;
    for (const order of await store.tasks.listKillRequests({ nodeId })) {
      const held = find(order.taskId);
      if (held !== null && !isSameOrder(held.kill, order.kill)) {
        await kill(held, order.kill);
      }
    }
  }
}

/** A later order may ask for another signal or a shorter grace; the time it was first asked for stays. */
function isSameOrder(a: KillRequest | null, b: KillRequest): boolean {
  return a !== null && a.signal === b.signal && a.graceMs === b.graceMs;
}
