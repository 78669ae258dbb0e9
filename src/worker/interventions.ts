import type { Log } from "../log/log.ts";
import type { KillRequest, Store } from "../store/store.ts";
import { atTime } from "./deadline.ts";
import type { HeldAttempt } from "./held-attempt.ts";

/**
 * Where the node ends an attempt by itself: its time is over, or somebody ordered a kill.
 *
 * The record is told first, signals are sent second: after a crash in between, the next start finds the cause and goes on.
 * What began first stays the cause; a kill on top of a time-out only makes it faster.
 */
export type InterventionsOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  onChange(change: { taskId: number; kind: "changed" }): void;
  terminate(key: string, how: { signal: NodeJS.Signals; graceMs: number }): void;
};

export class Interventions {
  readonly #options: InterventionsOptions;

  constructor(options: InterventionsOptions) {
    this.#options = options;
  }

  /** Its process runs: arms the deadline, and carries out what was ordered before it was known to run. */
  arm(held: HeldAttempt, startedAtMs: number): void {
    const { timeoutMs, killGraceMs } = held.task.spec;
    if (timeoutMs !== null) {
      held.disarm = atTime(startedAtMs + timeoutMs, this.#options.clock, () => void this.#timeOut(held));
    }
    if (held.kill !== null) {
      void this.kill(held, held.kill);
    } else if (held.cause !== null) {
      this.#options.terminate(held.key, { signal: "SIGTERM", graceMs: killGraceMs });
    }
  }

  /** Carries out an order; one for an attempt whose process is not known yet waits for `arm`. */
  async kill(held: HeldAttempt, order: KillRequest): Promise<void> {
    held.kill = order;
    if (!held.isStarted) {
      return;
    }
    held.cause ??= "killed";
    const graceSeconds = order.graceMs / 1000;
    const reason = `Being killed by ${order.by}: ${order.signal}, and SIGKILL after ${graceSeconds} s.`;
    await this.#recordEnding(held, reason);
    this.#options.terminate(held.key, { signal: order.signal as NodeJS.Signals, graceMs: order.graceMs });
  }

  async #timeOut(held: HeldAttempt): Promise<void> {
    if (held.cause !== null || held.isEnded) {
      return;
    }
    held.cause = "timed_out";
    const { timeoutMs, killGraceMs } = held.task.spec;
    await this.#recordEnding(held, `Timed out after ${(timeoutMs ?? 0) / 1000} s; being ended.`);
    this.#options.terminate(held.key, { signal: "SIGTERM", graceMs: killGraceMs });
  }

  #recordEnding(held: HeldAttempt, reason: string): Promise<void> {
    const { store, clock } = this.#options;
    const cause = held.cause ?? "killed";
    return this.note(held, () => store.attempts.ending({ ...held.fence, cause, reason, now: clock() }));
  }

  /** A note in the record that must not stand in the way when the database does not answer. */
  async note(held: HeldAttempt, write: () => Promise<boolean>): Promise<void> {
    try {
      await write();
      this.#options.onChange({ taskId: held.task.id, kind: "changed" });
    } catch (error) {
      this.#options.log.error({ err: error, ...held.fence }, "note not recorded");
    }
  }
}
