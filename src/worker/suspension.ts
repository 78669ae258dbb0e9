import type { Reply } from "../dispatch/dispatcher.ts";
import type { Store } from "../store/store.ts";
import type { Suspension as Suspended } from "../supervise/processes/suspension.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldAttempt } from "./held-attempt.ts";

/**
 * Suspending an attempt and letting it go on.
 *
 * The record is told first in both directions: that it is suspended, before its processes are stopped; that it is not,
 * before they go on. After a crash in between, the next start finds an attempt that should be stopped and is not, or is
 * and should not be, and sets it right (Supervisor.adopt). Its time-out waits meanwhile, by the machine's
 * uptime, which nobody can set.
 */
export type SuspensionOptions = {
  store: Store;
  events: EventLog;
  clock: () => number;
  uptimeMs: () => number;
  suspend(key: string): Promise<Suspended>;
  /** Answers how many processes go on. */
  resume(key: string): Promise<number>;
  onChange(change: { taskId: number; kind: "changed" }): void;
  /** Its deadline has to be set again. */
  rearm(held: HeldAttempt): void;
};

export class Suspension {
  readonly #options: SuspensionOptions;

  constructor(options: SuspensionOptions) {
    this.#options = options;
  }

  suspend(held: HeldAttempt, by: string): Promise<Reply> {
    return inTurn(held, () => this.#suspend(held, by));
  }

  resume(held: HeldAttempt, by: string): Promise<Reply> {
    return inTurn(held, () => this.#resume(held, by));
  }

  /** Ends a suspension, since its attempt is being ended: it could not act on a signal. The caller lets it go on. */
  async lift(held: HeldAttempt): Promise<void> {
    if (held.suspended !== null) {
      await this.#noteResumed(held);
    }
  }

  async #suspend(held: HeldAttempt, by: string): Promise<Reply> {
    const { store, events, clock, uptimeMs, onChange } = this.#options;
    if (held.suspended !== null) {
      return { kind: "refused", code: "already_suspended" };
    }
    if (held.cause !== null) {
      return { kind: "refused", code: "being_ended" };
    }
    const since = { atMs: clock(), uptimeMs: uptimeMs() };
    if (held.isEnded || !(await store.attempts.suspend({ ...held.fence, since, now: clock() }))) {
      return { kind: "not_here" };
    }
    held.suspended = since;
    held.disarm();
    // Its ending may have been ordered meanwhile, and found nothing to lift.
    if (held.cause !== null) {
      await this.lift(held);
      return { kind: "refused", code: "being_ended" };
    }
    let stopped: Suspended;
    try {
      stopped = await this.#options.suspend(held.key);
    } catch (error) {
      return this.#giveUp(held, error as Error);
    }
    const { processes, method } = stopped;
    const means = method === "cgroup" ? "frozen by its cgroup" : "stopped by SIGSTOP";
    events.add(held, "suspended", `Suspended by ${by}: ${countOf(processes)} ${means}.`);
    onChange({ taskId: held.fence.taskId, kind: "changed" });
    return { kind: "done" };
  }

  /** It does not stand still: what does goes on, and so does its time, whatever the record answers. */
  async #giveUp(held: HeldAttempt, error: Error): Promise<Reply> {
    await this.#options.resume(held.key).catch(() => 0);
    if (held.suspended !== null) {
      held.suspendedMs = this.suspendedMs(held);
      held.suspended = null;
      this.#options.rearm(held);
      const { store, clock } = this.#options;
      await store.attempts.resume({ ...held.fence, suspendedMs: held.suspendedMs, now: clock() });
    }
    return held.cause === null
      ? { kind: "refused", code: "suspend_failed", problem: error.message }
      : { kind: "refused", code: "being_ended" };
  }

  async #resume(held: HeldAttempt, by: string): Promise<Reply> {
    if (held.suspended === null) {
      return { kind: "refused", code: "not_suspended" };
    }
    if (held.isEnded || !(await this.#noteResumed(held))) {
      return { kind: "not_here" };
    }
    const processes = await this.#options.resume(held.key);
    this.#options.events.add(held, "resumed", `Resumed by ${by}: ${countOf(processes)} going on.`);
    this.#options.onChange({ taskId: held.fence.taskId, kind: "changed" });
    return { kind: "done" };
  }

  async #noteResumed(held: HeldAttempt): Promise<boolean> {
    const { store, clock } = this.#options;
    const suspendedMs = this.suspendedMs(held);
    const applied = await store.attempts.resume({ ...held.fence, suspendedMs, now: clock() });
    if (applied) {
      held.suspendedMs = suspendedMs;
      held.suspended = null;
      this.#options.rearm(held);
    }
    return applied;
  }

  /** How long the attempt has been suspended so far, all together. */
  suspendedMs(held: HeldAttempt): number {
    const currentMs = held.suspended === null ? 0 : this.#options.uptimeMs() - held.suspended.uptimeMs;
    return held.suspendedMs + Math.max(0, Math.round(currentMs));
  }
}

/** One after the other for one attempt, so that a suspend and a resume at once do not end half and half. */
function inTurn<T>(held: HeldAttempt, work: () => Promise<T>): Promise<T> {
  const result = held.turn.then(work);
  held.turn = result.catch(() => undefined);
  return result;
}

function countOf(processes: number): string {
  return processes === 1 ? "1 process" : `${processes} processes`;
}
