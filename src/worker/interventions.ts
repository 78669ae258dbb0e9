import type { Log } from "../log/log.ts";
import type { KillRequest, Store } from "../store/store.ts";
import { atTime } from "./deadline.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldAttempt } from "./held-attempt.ts";
import { describeExceeded, type Exceeded, isUrgentLimit } from "./limits.ts";
import type { Suspension } from "./suspension.ts";

/**
 * Where the node ends an attempt by itself: its time is over, it went beyond a limit, or somebody ordered a kill.
 *
 * The record is told first, signals are sent second: after a crash in between, the next start finds the cause and goes on.
 * What began first stays the cause; a kill on top of a time-out only makes it faster. Time is the machine's uptime since
 * the process's start, less the time it was suspended: a clock that is set forward ends nothing, and one that is set back
 * prolongs nothing.
 */
export type InterventionsOptions = {
  store: Store;
  log: Log;
  events: EventLog;
  suspension: Suspension;
  clock: () => number;
  uptimeMs: () => number;
  onChange(change: { taskId: number; kind: "changed" }): void;
  terminate(key: string, how: { signal: NodeJS.Signals; graceMs: number }): void;
};

export class Interventions {
  readonly #options: InterventionsOptions;

  constructor(options: InterventionsOptions) {
    this.#options = options;
  }

  /** Its process runs: sets the deadline, and carries out what was ordered before it was known to run. */
  begin(held: HeldAttempt): void {
    this.arm(held);
    if (held.kill !== null) {
      void this.kill(held, held.kill);
    } else if (held.cause !== null) {
      this.#terminate(held, isUrgentLimit(held.exceeded));
    }
    held.hasBegun = true;
  }

  #terminate(held: HeldAttempt, isUrgent: boolean): void {
    const graceMs = isUrgent ? 0 : held.task.spec.killGraceMs;
    this.#options.terminate(held.key, { signal: isUrgent ? "SIGKILL" : "SIGTERM", graceMs });
  }

  /** Sets the deadline by how long it ran so far; none while it is suspended. */
  arm(held: HeldAttempt): void {
    held.disarm();
    const { timeoutMs } = held.task.spec;
    const { startedUptimeMs, suspended, suspendedMs } = held;
    if (timeoutMs !== null && startedUptimeMs !== null && suspended === null && !held.isEnded) {
      const deadline = startedUptimeMs + timeoutMs + suspendedMs;
      held.disarm = atTime(deadline, this.#options.uptimeMs, () => void this.#timeOut(held));
    }
  }

  /** Carries out an order; one for an attempt whose process is not known yet waits for `begin`. */
  async kill(held: HeldAttempt, order: KillRequest): Promise<void> {
    held.kill = order;
    if (held.startedUptimeMs === null) {
      return;
    }
    held.cause ??= "killed";
    const graceSeconds = order.graceMs / 1000;
    const plan = `${order.signal}, and SIGKILL after ${graceSeconds} s`;
    await this.#recordEnding(held, `Being killed by ${order.by}: ${plan}.`);
    this.#options.terminate(held.key, { signal: order.signal as NodeJS.Signals, graceMs: order.graceMs });
  }

  /** It uses more than it may. */
  async exceed(held: HeldAttempt, exceeded: Exceeded): Promise<void> {
    if (held.cause !== null || held.isEnded) {
      return;
    }
    held.cause = "limit";
    held.exceeded = describeExceeded(exceeded);
    const text = `Being ended by ${held.exceeded}.`;
    this.#options.events.add(held, "limit", text);
    await this.#recordEnding(held, text);
    this.#terminate(held, isUrgentLimit(held.exceeded));
  }

  async #timeOut(held: HeldAttempt): Promise<void> {
    if (held.cause !== null || held.isEnded) {
      return;
    }
    held.cause = "timed_out";
    const { timeoutMs } = held.task.spec;
    const text = `Timed out after ${(timeoutMs ?? 0) / 1000} s; being ended.`;
    this.#options.events.add(held, "timed_out", text);
    await this.#recordEnding(held, text);
    this.#terminate(held, false);
  }

  #recordEnding(held: HeldAttempt, reason: string): Promise<void> {
    const { store, clock, suspension } = this.#options;
    const cause = held.cause ?? "killed";
    return this.note(held, async () => {
      await suspension.lift(held);
      return store.attempts.ending({ ...held.fence, cause, reason, now: clock() });
    });
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
