import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import { startUptimeMs } from "../supervise/machine.ts";
import type { StartedAttempt } from "../supervise/supervision.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldAttempt } from "./held-attempt.ts";
import type { Interventions } from "./interventions.ts";
import { limitsInForce } from "./limits.ts";
import type { Observation } from "./observation.ts";

/**
 * What begins when an attempt's process runs: its deadline, what was ordered before, looking at it, and a note in the
 * record. The deadline comes first, and is tried again until it is set: on a machine that has run out of descriptors even
 * the time cannot be read, and an attempt must not run for ever for that.
 */
export type StartsOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  events: EventLog;
  interventions: Interventions;
  observation: Observation;
  /** By this machine's clock to by the record's. */
  fromLocalTime: (localMs: number) => number;
  isStopped: () => boolean;
};

const startNoteDelayMs = 15;

export class Starts {
  readonly #options: StartsOptions;
  /** Attempts whose deadline could not be set yet. */
  readonly #late = new Set<HeldAttempt>();

  constructor(options: StartsOptions) {
    this.#options = options;
  }

  async begin(held: HeldAttempt, attempt: StartedAttempt): Promise<void> {
    const { pid, startTicks, startedAtMs, cgroupPath, kernelKeeps } = attempt;
    held.startedUptimeMs = startUptimeMs(startTicks);
    held.limitsInForce = limitsInForce(held.task.spec.limits, kernelKeeps);
    held.whenStarted.resolve();
    this.#arm(held);
    this.#look(held, { pid, startTicks, startedAtMs, cgroupPath, kernelKeeps });
    // An attempt that ends at once needs no such note: its end carries the same facts.
    await wait(startNoteDelayMs, undefined, { ref: false });
    if (held.isEnded || this.#options.isStopped()) {
      return;
    }
    await this.#note(held, pid, this.#options.fromLocalTime(startedAtMs));
    if (attempt.isOfEarlierLife) {
      const text = "The server was restarted; the attempt runs on, and is watched again.";
      this.#options.events.add(held, "adopted", text);
    }
  }

  /** Sets the deadlines that could not be set. */
  catchUp(): void {
    for (const held of [...this.#late]) {
      this.#late.delete(held);
      if (!held.isEnded) {
        this.#arm(held);
      }
    }
  }

  #arm(held: HeldAttempt): void {
    try {
      this.#options.interventions.begin(held);
    } catch (error) {
      if (!this.#late.has(held)) {
        this.#options.log.error({ err: error, ...held.fence }, "deadline not set yet, trying again");
      }
      this.#late.add(held);
    }
  }

  #look(held: HeldAttempt, process: Parameters<Observation["begin"]>[1]): void {
    try {
      this.#options.observation.begin(held, process);
    } catch (error) {
      this.#options.log.error({ err: error, ...held.fence }, "attempt cannot be looked at");
    }
  }

  #note(held: HeldAttempt, pid: number, startedAt: number): Promise<void> {
    const { store, clock, interventions } = this.#options;
    return interventions.note(held, () =>
      store.attempts.started({ ...held.fence, pid, startedAt, limitsInForce: held.limitsInForce, now: clock() }),
    );
  }
}
