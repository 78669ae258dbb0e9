import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldAttempt } from "./held-attempt.ts";
import { attemptKey } from "./order.ts";

/**
 * Attempts of this node that were given up while it was away: its lease was over for too long, so their end is in the
 * record as `lost`, and their tasks may run somewhere else by now.
 *
 * The record is safe without this node: nothing it says of such an attempt applies. Its processes are not, so they are
 * ended by force, all of them, before the node takes new work: held ones at the first sign of life (`look`), those of an
 * earlier life when they are found in its journal (`isGivenUp`). Until then the node that cannot reach the database lets
 * everything run: it may come back in time, and then nothing happened.
 */
export type FencedOptions = {
  store: Store;
  log: Log;
  events: EventLog;
  held: () => Iterable<HeldAttempt>;
  /** Ends its processes by force; nothing while it has none. */
  kill(key: string): void;
};

export class Fenced {
  readonly #options: FencedOptions;

  constructor(options: FencedOptions) {
    this.#options = options;
  }

  /** Something that was given up is still held. */
  get isBusy(): boolean {
    return [...this.#options.held()].some((held) => held.isGivenUp);
  }

  /** Compares what is held with the record. An attempt that is ending by itself finds out when it reports its end. */
  async look(nodeId: number): Promise<void> {
    const { store, held } = this.#options;
    const open = await store.attempts.listOpen({ nodeId });
    const owned = new Set(open.map(({ task, nonce }) => attemptKey(task, nonce)));
    for (const one of held()) {
      if (one.isGivenUp) {
        this.#options.kill(one.key);
      } else if (!owned.has(one.key) && !one.isEnded && (await this.isGivenUp(one.key))) {
        this.#giveUp(one);
      }
    }
  }

  /** Whether the record has its end. False for one it does not know. */
  async isGivenUp(key: string): Promise<boolean> {
    const [taskId, attempt, nonce] = key.split(".");
    const row = await this.#options.store.attempts.find({ taskId: Number(taskId), attempt: Number(attempt) });
    return row !== null && row.nonce === nonce && row.endedAt !== null;
  }

  /** What an earlier life had left running was ended. */
  tell(key: string): void {
    const [taskId, attempt] = key.split(".");
    this.#note({ taskId: Number(taskId), attempt: Number(attempt) });
  }

  #giveUp(held: HeldAttempt): void {
    held.isGivenUp = true;
    held.disarm();
    this.#note(held.fence);
    this.#options.kill(held.key);
    void held.whenStarted.promise.then(() => this.#options.kill(held.key));
  }

  #note(attempt: { taskId: number; attempt: number }): void {
    this.#options.log.warn(attempt, "attempt was given up while this node was away: its processes are ended");
    const text = "The node is back, after the attempt was given up; what still ran of it is ended.";
    this.#options.events.add({ fence: attempt }, "fenced", text);
  }
}
