import { findMain } from "./processes/main-process.ts";
import { resumeBySignals, type Suspension, suspendByFreezing, suspendBySignals } from "./processes/suspension.ts";
import { Termination, type TerminationOrder } from "./processes/termination.ts";
import { type ProcessTree, signalProcess } from "./processes/tree.ts";
import type { StopNotes } from "./stop-notes.ts";
import type { Supervision } from "./supervision.ts";
import type { Tracked } from "./tracked.ts";

/**
 * What is done to running attempts from outside: ended, suspended, resumed, signalled.
 *
 * Suspending and resuming one attempt happen one after the other. An ending overrides both: it wakes what stands still.
 *
 * Over a restart of the server: whether an attempt is to be suspended the caller knows, who recorded it before it ordered
 * it. A cgroup is asked whether it is frozen; that processes were stopped by signals stands in a note (stop-notes.ts). What
 * is to be suspended and does not stand still is suspended again. What stands still by an earlier life's doing and is not
 * to (that life was killed while it suspended, resumed or ended the attempt) is woken.
 */
export class Control {
  readonly #supervision: Supervision;
  readonly #notes: StopNotes;

  constructor(supervision: Supervision, notes: StopNotes) {
    this.#supervision = supervision;
    this.#notes = notes;
  }

  terminate(key: string, order: TerminationOrder): void {
    const tracked = this.#supervision.tracked.get(key);
    if (tracked === undefined || tracked.isOver || tracked.tree === null) {
      return;
    }
    if (tracked.termination === null || tracked.termination.isDone) {
      // Its last means is to stop and to kill. Without a note it must go on all the same (a full disk).
      this.#noteSafely(tracked);
      const { onStep } = this.#supervision.options;
      tracked.termination = new Termination(tracked.tree, order, (step) => onStep?.({ key, step }));
      tracked.isSuspended = false;
    } else {
      tracked.termination.hasten(order);
    }
  }

  suspend(key: string): Promise<Suspension> {
    return this.#inTurn(key, (tracked, tree) => this.#suspend(tracked, tree));
  }

  /** Answers how many processes go on. */
  resume(key: string): Promise<number> {
    return this.#inTurn(key, async (tracked, tree) => {
      const count = this.#wake(tracked, tree);
      tracked.isSuspended = false;
      return count;
    });
  }

  isSuspended(key: string): boolean {
    const tracked = this.#supervision.tracked.get(key);
    return tracked !== undefined && tracked.isSuspended && !tracked.isOver;
  }

  /** Answers how many processes it was sent to; 0 when the attempt does not run. */
  signal(key: string, signal: NodeJS.Signals, to: "main" | "all"): number {
    const tracked = this.#supervision.tracked.get(key);
    if (tracked === undefined || tracked.isOver || tracked.tree === null || tracked.process === null) {
      return 0;
    }
    const members = tracked.tree.scan();
    const main = findMain(members, tracked.process.pid);
    const targets = to === "all" ? members : main === null ? [] : [main];
    return targets.filter((target) => signalProcess(target, signal)).length;
  }

  /** An attempt of an earlier life runs: brings it to what the caller wants it to be. */
  async adopt(tracked: Tracked, isToBeSuspended: boolean): Promise<void> {
    const { tree, order } = tracked;
    // An ending wakes it by itself.
    if (tracked.isOver || tree === null || tracked.termination !== null) {
      return;
    }
    try {
      if (isToBeSuspended) {
        await this.#suspend(tracked, tree);
      } else if (tree.isToBeFrozen() || this.#notes.read(order.key) !== null) {
        this.#wake(tracked, tree);
      }
    } catch (error) {
      const { options } = this.#supervision;
      options.onWarning("attempt could not be suspended or resumed", { err: error, key: order.key });
    }
  }

  /** Nothing is kept of an attempt that is over. */
  forget(tracked: Tracked): void {
    if (tracked.mayHaveStopNote) {
      this.#notes.remove(tracked.order.key);
    }
  }

  async #suspend(tracked: Tracked, tree: ProcessTree): Promise<Suspension> {
    const { key } = tracked.order;
    const isGivenUp = () => tracked.isOver || tracked.termination !== null || this.#supervision.isClosed;
    const suspension =
      (await suspendByFreezing(tree, isGivenUp)) ??
      (await suspendBySignals(tree, this.#beginStopping(tracked), isGivenUp));
    if (isGivenUp()) {
      throw new NotRunning(key, "it is ending");
    }
    tracked.isSuspended = true;
    return suspension;
  }

  /** A note of an earlier life names those that had stopped before: by now all have. */
  #beginStopping(tracked: Tracked) {
    const { key } = tracked.order;
    const stoppedBefore = this.#notes.read(key);
    tracked.mayHaveStopNote = true;
    this.#notes.write(key, stoppedBefore ?? []);
    return (stopped: readonly { pid: number; startTicks: string }[]) => {
      const kept = stoppedBefore ?? stopped;
      this.#notes.write(key, kept);
      return kept;
    };
  }

  #wake(tracked: Tracked, tree: ProcessTree): number {
    const { key } = tracked.order;
    const frozen = tree.isToBeFrozen() ? tree.scan().length : 0;
    const stoppedBefore = this.#notes.read(key);
    tree.thaw();
    const count = stoppedBefore === null ? 0 : resumeBySignals(tree, stoppedBefore);
    this.#notes.remove(key);
    return Math.max(frozen, count);
  }

  #noteSafely(tracked: Tracked): void {
    try {
      tracked.mayHaveStopNote = true;
      this.#notes.write(tracked.order.key, this.#notes.read(tracked.order.key) ?? []);
    } catch (error) {
      const { options } = this.#supervision;
      options.onWarning("note of an ending could not be written", { err: error, key: tracked.order.key });
    }
  }

  /** One after the other for one attempt. Rejects with NotRunning when there is nothing to act on. */
  #inTurn<T>(key: string, act: (tracked: Tracked, tree: ProcessTree) => Promise<T>): Promise<T> {
    const tracked = this.#supervision.tracked.get(key);
    if (tracked === undefined) {
      return Promise.reject(new NotRunning(key, "it is not running here"));
    }
    const turn = tracked.lastTurn.then(() => {
      const { tree } = tracked;
      if (tracked.isOver) {
        throw new NotRunning(key, "it is over");
      }
      if (tree === null) {
        throw new NotRunning(key, "it has not started yet");
      }
      if (tracked.termination !== null) {
        throw new NotRunning(key, "it is ending");
      }
      return act(tracked, tree);
    });
    tracked.lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

/** The attempt is not in a state in which it could be suspended or resumed. */
export class NotRunning extends Error {
  override readonly name = "NotRunning";
  constructor(key: string, why: string) {
    super(`Attempt ${key} cannot be suspended or resumed: ${why}.`);
  }
}
