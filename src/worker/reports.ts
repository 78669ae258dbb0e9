import { setTimeout as wait } from "node:timers/promises";
import { retryDelayMs } from "../domain/retry.ts";
import type { Log } from "../log/log.ts";
import type { AttemptEnd, Store } from "../store/store.ts";
import type { AttemptEnding } from "../supervise/ending.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldAttempt } from "./held-attempt.ts";
import type { Observation } from "./observation.ts";
import { programName, type Surroundings } from "./order.ts";
import type { OutputShipping } from "./shipping/output-shipping.ts";
import type { Suspension } from "./suspension.ts";
import { verdictOf } from "./verdict.ts";

/**
 * The end of an attempt into the record: what it means, whether another follows, written conditionally on the attempt
 * still being this node's, and tried again until the database answers. Its output goes before it, where others than this
 * machine are to read it.
 */
export type ReportsOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  events: EventLog;
  observation: Observation;
  suspension: Suspension;
  surroundings: Surroundings;
  /** By this machine's clock to by the record's. */
  fromLocalTime: (localMs: number) => number;
  /** Null: the output stays where the process wrote it. */
  shipping: OutputShipping | null;
  isStopped: () => boolean;
  /** The task waits until then for its next attempt. */
  onRetry(at: number): void;
};

const reportRetryMs = 500;
const slowestReportRetryMs = 5000;

export class Reports {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** `over`, `pending` for its next attempt, or null: not ours any more, or the server stops and its successor reports. */
  async end(held: HeldAttempt, ending: AttemptEnding): Promise<"over" | "pending" | null> {
    const end = await this.#endOf(held, ending);
    if ((await this.#options.shipping?.complete(held.fence, end.outputBytes)) === "stopped") {
      return null;
    }
    const result = await this.#write(held, end);
    if (!this.#options.isStopped()) {
      this.#options.shipping?.ended(held.fence, { isOurs: result !== null });
    }
    if (result === "pending" && end.retryAt !== null) {
      const { attempt } = held.fence;
      const seconds = Math.round((end.retryAt - end.now) / 100) / 10;
      const text = `Attempt ${attempt + 1} of ${held.task.maxAttempts} follows in ${seconds} s.`;
      this.#options.events.add(held, "retry", text);
      this.#options.onRetry(end.retryAt);
    }
    return result;
  }

  async #endOf(held: HeldAttempt, ending: AttemptEnding): Promise<AttemptEnd> {
    const { surroundings, clock, observation, suspension, fromLocalTime } = this.#options;
    const { spec } = held.task;
    const measured = await observation.measure(held);
    const verdict = verdictOf(ending, {
      cause: held.cause,
      exceeded: held.exceeded,
      limits: spec.limits,
      wasEndingBefore: held.wasEndingBefore,
      killedBy: held.kill?.by ?? null,
      signalSenders: held.signalSenders,
      emptiedBytes: held.emptiedBytes,
      timeoutMs: spec.timeoutMs,
      program: programName(spec.program),
      cwd: spec.cwd ?? surroundings.home,
      nodeName: surroundings.nodeName,
    });
    const result = { number: held.fence.attempt, status: verdict.status, outcome: verdict.outcome };
    const delayMs = retryDelayMs(spec.retry, result, Math.random());
    const now = clock();
    return {
      ...measured,
      ...observation.end(held, largest(ending.cpuMs, ending.figures?.cpuMs ?? null)),
      ...held.fence,
      ...verdict,
      pid: ending.pid,
      startedAt: ending.startedAtMs === null ? null : fromLocalTime(ending.startedAtMs),
      endedAt: fromLocalTime(ending.endedAtMs),
      suspendedMs: suspension.suspendedMs(held),
      limitsInForce: held.limitsInForce,
      retryAt: delayMs === null ? null : now + delayMs,
      now,
    };
  }

  async #write(held: HeldAttempt, end: AttemptEnd): Promise<"over" | "pending" | null> {
    const { store, log, isStopped } = this.#options;
    let pauseMs = reportRetryMs;
    while (!isStopped()) {
      try {
        const applied = await store.attempts.finish(end);
        if (applied === false) {
          log.warn({ ...held.fence, outcome: end.outcome }, "end not recorded: the attempt is not ours");
          return null;
        }
        return applied;
      } catch (error) {
        log.error({ err: error, ...held.fence }, "end not recorded yet, trying again");
        await wait(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(pauseMs * 2, slowestReportRetryMs);
      }
    }
    return null;
  }
}

/** The kernel counts for a cgroup what nobody waited for, and the shim what nobody looked at. */
function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
