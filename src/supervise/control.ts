import { findProgram, trySignalMember } from "./frame.ts";
import {
  keepAwake,
  resumeBySignals,
  type StoppedProcess,
  type Suspension,
  suspendByFreezing,
  suspendBySignals,
} from "./processes/suspension.ts";
import { Termination, type TerminationOrder } from "./processes/termination.ts";
import type { ProcessTree } from "./processes/tree.ts";
import type { StopNotes } from "./stop-notes.ts";
import type { Supervision } from "./supervision.ts";
import type { Tracked } from "./tracked.ts";

/** Processes that a signal was sent to, and those that it may not be sent to, since they run as another user. */
export type Signalled = { sent: number; refused: number };

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

  /** One that is ordered before the process is known waits until it is: `carryOut`. */
  terminate(key: string, order: TerminationOrder): void {
    const tracked = this.#supervision.tracked.get(key);
    if (tracked === undefined || tracked.isOver) {
      return;
    }
    if (tracked.tree === null) {
      tracked.awaitedEndings.push(order);
      return;
    }
    if (tracked.termination === null || tracked.termination.isDone) {
      this.#noteEnding(tracked);
      const { onStep } = this.#supervision.options;
      tracked.termination = new Termination(tracked.tree, order, {
        onStep: (step) => onStep?.({ key, step }),
        hasCopier: tracked.order.stderrMarksPath !== null,
      });
      tracked.isSuspended = false;
    } else {
      tracked.termination.hasten(order);
    }
  }

  /** Its process is known now: does what was ordered before. */
  carryOut(tracked: Tracked): void {
    if (tracked.tree !== null) {
      for (const order of tracked.awaitedEndings.splice(0)) {
        this.terminate(tracked.order.key, order);
      }
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
    return tracked?.isSuspended === true && !tracked.isOver;
  }

  /** Nobody is there to be signalled when the attempt does not run. */
  signal(key: string, signal: NodeJS.Signals, to: "main" | "all"): Signalled {
    const tracked = this.#supervision.tracked.get(key);
    if (tracked === undefined || tracked.isOver || tracked.tree === null || tracked.process === null) {
      return { sent: 0, refused: 0 };
    }
    const members = tracked.tree.scan();
    const program = findProgram(members, tracked.process.pid);
    const targets = to === "all" ? members : members.filter(({ pid }) => pid === program?.pid);
    const results = targets.map((target) => trySignalMember(target, signal));
    const count = (result: (typeof results)[number]) => results.filter((one) => one === result).length;
    return { sent: count("sent"), refused: count("refused") };
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

  /** What is left alone of an attempt that has ended must not stand still for ever: nobody could let it go on. */
  leaveAwake(tracked: Tracked): void {
    try {
      if (tracked.tree !== null) {
        this.#wake(tracked, tracked.tree);
      }
    } catch (error) {
      const { options } = this.#supervision;
      options.onWarning("what an attempt left could not be woken", { err: error, key: tracked.order.key });
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
    const isGivenUp = this.#isGivenUp(tracked);
    const suspension =
      (await suspendByFreezing(tree, isGivenUp)) ??
      (await suspendBySignals(tree, (stopped) => this.#noteStopped(tracked, stopped), isGivenUp));
    if (isGivenUp()) {
      throw new NotRunning(key, "it is ending");
    }
    tracked.isSuspended = true;
    return suspension;
  }

  /** Something else was ordered meanwhile, or there is nothing left to act on. */
  #isGivenUp(tracked: Tracked): () => boolean {
    return () => tracked.isOver || tracked.termination !== null || this.#supervision.isClosed;
  }

  /** Written before anything is stopped. One that is there already was written when the others still moved. */
  #noteStopped(tracked: Tracked, stopped: readonly StoppedProcess[]): readonly StoppedProcess[] {
    const { key } = tracked.order;
    const stoppedBefore = this.#notes.read(key) ?? stopped;
    tracked.mayHaveStopNote = true;
    this.#notes.write(key, stoppedBefore);
    return stoppedBefore;
  }

  #wake(tracked: Tracked, tree: ProcessTree): number {
    const frozen = tree.isToBeFrozen() ? tree.scan().length : 0;
    tree.thaw();
    const stoppedBefore = this.#notes.read(tracked.order.key);
    if (stoppedBefore === null) {
      return frozen;
    }
    const count = resumeBySignals(tree, stoppedBefore);
    void this.#keepAwake(tracked, tree, stoppedBefore);
    return Math.max(frozen, count);
  }

  /** The note goes when all are awake, so that a server killed before leaves it to the next one. */
  async #keepAwake(tracked: Tracked, tree: ProcessTree, stoppedBefore: readonly StoppedProcess[]): Promise<void> {
    const { turn, order } = tracked;
    const isGivenUp = this.#isGivenUp(tracked);
    try {
      await keepAwake(tree, stoppedBefore, () => isGivenUp() || tracked.turn !== turn);
      if (!isGivenUp() && tracked.turn === turn) {
        this.#notes.remove(order.key);
      }
    } catch (error) {
      const { options } = this.#supervision;
      options.onWarning("attempt could not be kept awake", { err: error, key: order.key });
    }
  }

  /** To stop and to kill is the last means of an ending. It must go on without a note, too (a full disk). */
  #noteEnding(tracked: Tracked): void {
    try {
      this.#noteStopped(tracked, []);
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
      tracked.turn += 1;
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
