import { randomBytes } from "node:crypto";
import type { Delivery, DeliveryResult } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { Store, TaskRow } from "../store/store.ts";
import { attemptKey } from "./order.ts";

/**
 * Claiming what is delivered: one conditional update makes an attempt this node's, and only then is it started.
 *
 * What can go wrong is the answer. When the update was written and its answer failed, the attempt is this node's and
 * nobody started it: `startUnheld` finds it. And a kill may be ordered while the answer is under way, when the task is in
 * nobody's hands yet: it is kept until then.
 */
export type ClaimsOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  freeSlots: () => number;
  nodeId: () => number | null;
  isHeld(key: string): boolean;
  isStopped: () => boolean;
  /** The attempt is ours: starts it. */
  begin(task: TaskRow, nonce: string): void;
  /** Its kill was ordered while it was being claimed. */
  kill(taskId: number): void;
  /** A claim came to its end, whatever it was. */
  onSettled(): void;
};

export class Claims {
  readonly #options: ClaimsOptions;
  #underWay = 0;
  /** Tasks whose kill was ordered while a claim was under way. */
  readonly #killsAhead = new Set<number>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Claims whose answer is not there yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** A kill of a task that is not held: perhaps its claim is being answered just now. */
  noteKill(taskId: number): void {
    if (this.#underWay > 0) {
      this.#killsAhead.add(taskId);
    }
  }

  async deliver(delivery: Delivery): Promise<DeliveryResult> {
    const { store, log, clock, freeSlots, begin, kill, onSettled } = this.#options;
    const nodeId = this.#options.nodeId();
    if (nodeId === null || freeSlots() <= 0) {
      return "busy";
    }
    const { taskId, attempt: expectedAttempt } = delivery;
    this.#underWay += 1;
    const nonce = randomBytes(6).toString("hex");
    try {
      const task = await store.tasks.claim({ taskId, expectedAttempt, nodeId, nonce, now: clock() });
      if (task === null) {
        return "drop";
      }
      begin(task, nonce);
      if (this.#killsAhead.delete(task.id)) {
        kill(task.id);
      }
      return "claimed";
    } catch (error) {
      // Nothing is lost: it is still pending, or it was claimed and only the answer failed, which the heartbeat finds.
      log.error({ err: error, taskId }, "claim failed");
      return "drop";
    } finally {
      this.#underWay -= 1;
      this.#killsAhead.delete(taskId);
      onSettled();
    }
  }

  /**
   * Starts attempts that are this node's in the record and that it does not hold. An attempt leaves the held ones only
   * after its end is in the record, so one that is still open at a second look was never held; and no claim may be under
   * way, which would come to hold it.
   */
  async startUnheld(nodeId: number): Promise<void> {
    const { store, log, isHeld, isStopped, begin } = this.#options;
    for (const { task, nonce, number } of await store.attempts.listOpen({ nodeId })) {
      const key = attemptKey(task, nonce);
      if (isHeld(key)) {
        continue;
      }
      const now = await store.attempts.find({ taskId: task.id, attempt: number });
      if (now?.endedAt === null && this.#underWay === 0 && !isHeld(key) && !isStopped()) {
        log.warn({ taskId: task.id, attempt: number }, "attempt was claimed and not started: starting it");
        begin(task, nonce);
      }
    }
  }
}
