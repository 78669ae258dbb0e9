import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { Claims } from "./claims.ts";
import type { Fenced } from "./fenced.ts";
import type { KillOrders } from "./kill-orders.ts";
import type { Lanes } from "./lanes.ts";
import type { NodeLease } from "./node-lease.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/**
 * What a node does three times per lease: it renews the lease, and looks in the record for what it was not told of, or was
 * told of in vain: new queues, attempts given up, attempts claimed and not started, kill orders. While the dispatcher cannot carry
 * messages nobody tells it anything, and it looks for kill orders every second.
 */
export type HeartbeatOptions = {
  lease: NodeLease;
  fenced: Fenced;
  claims: Claims;
  killOrders: KillOrders;
  lanes: Lanes;
  dispatcher: Dispatcher;
  log: Log;
  leaseMs: number;
};

const lookEveryMs = 1000;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    const { leaseMs, dispatcher } = this.#options;
    this.#timers = [
      setInterval(() => this.beat(), leaseMs / 3).unref(),
      setInterval(() => void this.#lookUntold(), lookEveryMs).unref(),
    ];
    dispatcher.onRecovered(() => this.beat());
  }

  stop(): void {
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    this.#timers = [];
  }

  /** At once, or when the one under way is over. */
  readonly beat = oneAtATime(() => this.#beat());

  async #beat(): Promise<void> {
    const { lease, fenced, claims, killOrders, lanes, dispatcher, log } = this.#options;
    lanes.look();
    try {
      if (await lease.renew()) {
        dispatcher.slotFreed();
        void dispatcher.poke({ topic: "admission" });
      }
      const { node } = lease;
      if (node !== null) {
        await fenced.look(node.id);
        await claims.startUnheld(node.id);
        await killOrders.catchUp(node.id);
      }
    } catch (error) {
      log.error({ err: error }, "heartbeat failed");
    }
  }

  async #lookUntold(): Promise<void> {
    const { lease, killOrders, dispatcher, log } = this.#options;
    if (dispatcher.problem() !== null && lease.node !== null) {
      await killOrders.catchUp(lease.node.id).catch((error: unknown) => {
        log.error({ err: error }, "kill orders not looked for");
      });
    }
  }
}
