import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import { oneAtATime } from "./one-at-a-time.ts";

export type LanesOptions = {
  store: Store;
  dispatcher: Dispatcher;
  log: Log;
  /** Queues it works for and no others; null for all there are. */
  bound: readonly string[] | null;
};

/** The queues a node works for. One that works for all takes up a new one when it is told, or at its next heartbeat. */
export class Lanes {
  readonly #options: LanesOptions;
  /** Null before anything is delivered to the node. */
  #served: readonly string[] | null = null;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  async find(): Promise<readonly string[]> {
    const { bound, store } = this.#options;
    return bound ?? (await store.queues.list()).map((queue) => queue.name);
  }

  /** The dispatcher delivers for these since now; what has changed since they were found is looked for. */
  begin(served: readonly string[]): void {
    this.#served = served;
    this.look();
  }

  readonly look = oneAtATime(() => this.#look());

  async #look(): Promise<void> {
    const { bound, dispatcher, log } = this.#options;
    if (bound !== null || this.#served === null) {
      return;
    }
    try {
      const lanes = await this.find();
      if (lanes.join("\n") !== this.#served.join("\n")) {
        dispatcher.serve(lanes);
        this.#served = lanes;
      }
    } catch (error) {
      log.error({ err: error }, "queues not looked for");
    }
  }
}
