import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Delivery, DeliveryResult, Dispatcher } from "../dispatch/dispatcher.ts";
import { retryDelayMs } from "../domain/retry.ts";
import type { Log } from "../log/log.ts";
import type { OutputStore } from "../output/output.ts";
import type { AttemptEnd, KillRequest, NodeRow, OpenAttempt, Store, TaskRow } from "../store/store.ts";
import type { AttemptEnding } from "../supervise/ending.ts";
import type { Shell } from "../supervise/launcher/shell.ts";
import type { RunAs } from "../supervise/order.ts";
import { Supervisor } from "../supervise/supervisor.ts";
import { type HeldAttempt, holdAttempt } from "./held-attempt.ts";
import { Interventions } from "./interventions.ts";
import { attemptKey, orderOf, programName, type Surroundings } from "./order.ts";
import { OutputLimits } from "./output-limits.ts";
import { verdictOf } from "./verdict.ts";

/**
 * The node: claims what is delivered to it, has it supervised, reports what became of it.
 *
 * claim    One conditional update makes the attempt this node's. Only then is anything started.
 * report   The end is written conditionally on task, attempt and node, and tried again until the database answers. Only
 *          then does the supervisor forget the attempt: until then its journal tells the same end to the next server.
 * adopt    At start, every attempt of this node without an end in the record is given to the supervisor, which finds out
 *          what became of it. Deadlines and kill orders are armed again when it tells that the process runs.
 * lease    Renewed three times per lease. A node that could not renew it claims nothing more.
 */
export type WorkerOptions = {
  store: Store;
  output: OutputStore;
  dispatcher: Dispatcher;
  log: Log;
  clock: () => number;
  node: { key: string; name: string; slots: number; version: string };
  leaseMs: number;
  outputCapBytes: number;
  shell: Shell;
  runAs: RunAs | null;
  /** The node's own directory: journals and FIFOs. */
  directory: string;
  surroundings: Surroundings;
  /** Something about a task changed in the record. */
  onChange(change: { taskId: number; kind: "changed" | "ended" }): void;
};

const reportRetryMs = 500;
const slowestReportRetryMs = 5000;
const capIntervalMs = 250;
const startNoteDelayMs = 15;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #supervisor: Supervisor;
  readonly #interventions: Interventions;
  readonly #outputs: OutputLimits;
  readonly #held = new Map<string, HeldAttempt>();
  #node: NodeRow | null = null;
  #claiming = 0;
  /** Tasks whose kill was ordered while a claim was under way. */
  readonly #killsAhead = new Set<number>();
  #timers: NodeJS.Timeout[] = [];
  #isStopped = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor({
      directory: options.directory,
      shell: options.shell,
      runAs: options.runAs,
      searchPath: options.surroundings.server.PATH ?? "/usr/bin:/bin",
      onStarted: (attempt) => void this.#started(attempt),
      onEnded: (ending) => void this.#ended(ending),
      onOrphaned: ({ key }) => void this.#orphaned(key),
      onWarning: (message, fields) => options.log.warn(fields, message),
    });
    const { store, log, clock, onChange, output, outputCapBytes } = options;
    this.#outputs = new OutputLimits({ output, log, capBytes: outputCapBytes });
    const terminate = this.#supervisor.terminate.bind(this.#supervisor);
    this.#interventions = new Interventions({ store, log, clock, onChange, terminate });
  }

  /** Registers the node, takes over what it ran before, and begins to take new work. */
  async start(): Promise<{ adopted: number }> {
    const { store, dispatcher, node, clock, leaseMs } = this.#options;
    this.#node = await store.nodes.register({ ...node, leaseUntil: clock() + leaseMs, now: clock() });
    const open = await store.attempts.listOpen({ nodeId: this.#node.id });
    const orders = open.map((attempt) => this.#readopt(attempt));
    await this.#supervisor.adopt(orders);
    dispatcher.onPoke((poke) => void this.#killNow(poke.taskId));
    await dispatcher.process({
      freeSlots: () => this.freeSlots(),
      deliver: (delivery) => this.#deliver(delivery),
    });
    this.#timers.push(
      setInterval(() => void this.#heartbeat(), leaseMs / 3).unref(),
      setInterval(
        () => void this.#outputs.capAll([...this.#held.values()].map(({ fence }) => fence)),
        capIntervalMs,
      ).unref(),
    );
    return { adopted: open.length };
  }

  freeSlots(): number {
    const isAlive = this.#node !== null && this.#node.leaseUntil > this.#options.clock() && !this.#isStopped;
    return isAlive ? this.#options.node.slots - this.#held.size - this.#claiming : 0;
  }

  /** Id of this node; null before the start. */
  get nodeId(): number | null {
    return this.#node?.id ?? null;
  }

  /** Attempts held now. */
  get count(): number {
    return this.#held.size;
  }

  /** Stops taking work and watching. What runs goes on and is adopted by the next start. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    for (const held of this.#held.values()) {
      held.disarm();
    }
    this.#supervisor.close();
  }

  // --- claim --------------------------------------------------------------------------------------------------------

  async #deliver(delivery: Delivery): Promise<DeliveryResult> {
    if (this.#node === null || this.freeSlots() <= 0) {
      return "busy";
    }
    this.#claiming += 1;
    const nonce = randomBytes(6).toString("hex");
    try {
      const task = await this.#options.store.tasks.claim({
        taskId: delivery.taskId,
        expectedAttempt: delivery.attempt,
        nodeId: this.#node.id,
        nonce,
        now: this.#options.clock(),
      });
      if (task === null) {
        return "drop";
      }
      this.#startAttempt(this.#hold(task, nonce), nonce);
      if (this.#killsAhead.delete(task.id)) {
        void this.#killNow(task.id);
      }
      return "claimed";
    } catch (error) {
      // Nothing is lost: it is still pending, or it was claimed and only the answer failed, which the heartbeat finds.
      this.#options.log.error({ err: error, taskId: delivery.taskId }, "claim failed");
      return "drop";
    } finally {
      this.#claiming -= 1;
      this.#killsAhead.delete(delivery.taskId);
    }
  }

  #hold(task: TaskRow, nonce: string): HeldAttempt {
    const held = holdAttempt(task, nonce, this.#node?.id ?? 0);
    this.#held.set(held.key, held);
    return held;
  }

  #order(task: TaskRow, nonce: string) {
    const outputPath = this.#options.output.prepare({ taskId: task.id, attempt: task.attempt });
    return orderOf(task, nonce, outputPath, this.#options.surroundings);
  }

  #startAttempt(held: HeldAttempt, nonce: string): void {
    this.#options.onChange({ taskId: held.task.id, kind: "changed" });
    try {
      this.#supervisor.start(this.#order(held.task, nonce));
    } catch (error) {
      this.#options.log.error({ err: error, ...held.fence }, "attempt could not be started");
      const endedAtMs = this.#options.clock();
      const nothing = {
        pid: null,
        startedAtMs: null,
        cpuMs: null,
        termination: null,
        leftovers: null,
        leftAlone: null,
        figures: null,
      };
      void this.#ended({ key: held.key, how: { kind: "not_started", problem: "files" }, endedAtMs, ...nothing });
    }
  }

  // --- adopt --------------------------------------------------------------------------------------------------------

  #readopt(attempt: OpenAttempt) {
    const held = this.#hold(attempt.task, attempt.nonce);
    held.cause = attempt.ending;
    held.wasEndingBefore = attempt.ending !== null;
    return this.#order(attempt.task, attempt.nonce);
  }

  // --- what the supervisor tells ------------------------------------------------------------------------------------

  async #started({ key, pid, startedAtMs }: { key: string; pid: number; startedAtMs: number }): Promise<void> {
    const held = this.#held.get(key);
    if (held === undefined || held.isStarted) {
      return;
    }
    held.isStarted = true;
    this.#interventions.arm(held, startedAtMs);
    // An attempt that ends at once needs no such note: its end carries the same facts.
    await wait(startNoteDelayMs, undefined, { ref: false });
    if (!held.isEnded && !this.#isStopped) {
      await this.#interventions.note(held, () =>
        this.#options.store.attempts.started({
          ...held.fence,
          pid,
          startedAt: startedAtMs,
          limitsInForce: [],
          now: this.#options.clock(),
        }),
      );
    }
  }

  async #ended(ending: AttemptEnding): Promise<void> {
    const held = this.#held.get(ending.key);
    if (held === undefined) {
      return;
    }
    held.disarm();
    held.isEnded = true;
    await this.#report(held, await this.#endOf(held, ending));
    if (this.#isStopped) {
      return;
    }
    this.#supervisor.forget(ending.key);
    this.#held.delete(ending.key);
    this.#options.onChange({ taskId: held.task.id, kind: "ended" });
    this.#options.dispatcher.slotFreed();
  }

  async #endOf(held: HeldAttempt, ending: AttemptEnding): Promise<AttemptEnd> {
    const { surroundings, clock, node } = this.#options;
    const verdict = verdictOf(ending, {
      cause: held.cause,
      wasEndingBefore: held.wasEndingBefore,
      killedBy: held.kill?.by ?? null,
      timeoutMs: held.task.spec.timeoutMs,
      program: programName(held.task.spec.program),
      cwd: held.task.spec.cwd ?? surroundings.home,
      nodeName: node.name,
    });
    const result = { number: held.fence.attempt, status: verdict.status, outcome: verdict.outcome };
    const delayMs = retryDelayMs(held.task.spec.retry, result, Math.random());
    const now = clock();
    return {
      ...(await this.#outputs.measure(held.fence)),
      ...held.fence,
      ...verdict,
      pid: ending.pid,
      startedAt: ending.startedAtMs,
      endedAt: ending.endedAtMs,
      usage: { cpuMs: ending.cpuMs, maxRssBytes: null, maxProcesses: null, readBytes: null, writeBytes: null },
      usageSeries: null,
      suspendedMs: 0,
      retryAt: delayMs === null ? null : now + delayMs,
      now,
    };
  }

  /** Tried again until the database answers: an end is never dropped. */
  async #report(held: HeldAttempt, end: AttemptEnd): Promise<void> {
    let pauseMs = reportRetryMs;
    while (!this.#isStopped) {
      try {
        const applied = await this.#options.store.attempts.finish(end);
        if (!applied) {
          this.#options.log.warn({ ...held.fence, outcome: end.outcome }, "end not recorded: the attempt is not ours");
        }
        return;
      } catch (error) {
        this.#options.log.error({ err: error, ...held.fence }, "end not recorded yet, trying again");
        await wait(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(pauseMs * 2, slowestReportRetryMs);
      }
    }
  }

  async #orphaned(key: string): Promise<void> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      const reason = "The process that watches it was killed; it still runs, but how it ends will not be known.";
      this.#options.log.warn(held.fence, "attempt orphaned");
      await this.#interventions.note(held, () =>
        this.#options.store.attempts.setReason({ ...held.fence, reason, now: this.#options.clock() }),
      );
    }
  }

  // --- kill orders ----------------------------------------------------------------------------------------------------

  async #killNow(taskId: number): Promise<void> {
    const held = this.#find(taskId);
    if (held === null) {
      // Perhaps its claim is being answered just now.
      if (this.#claiming > 0) {
        this.#killsAhead.add(taskId);
      }
      return;
    }
    try {
      const task = await this.#options.store.tasks.find({ id: taskId });
      if (task !== null && task.kill !== null) {
        await this.#interventions.kill(held, task.kill);
      }
    } catch (error) {
      // The order is in the record; the next heartbeat carries it out.
      this.#options.log.error({ err: error, taskId }, "kill order not read");
    }
  }

  #find(taskId: number): HeldAttempt | null {
    for (const held of this.#held.values()) {
      if (held.task.id === taskId) {
        return held;
      }
    }
    return null;
  }

  // --- at intervals -------------------------------------------------------------------------------------------------

  async #heartbeat(): Promise<void> {
    const { store, clock, leaseMs, log } = this.#options;
    if (this.#node === null) {
      return;
    }
    try {
      const leaseUntil = clock() + leaseMs;
      if (await store.nodes.heartbeat({ id: this.#node.id, leaseUntil, now: clock() })) {
        this.#node.leaseUntil = leaseUntil;
      }
      await this.#startUnheld(this.#node.id);
      for (const order of await store.tasks.listKillRequests({ nodeId: this.#node.id })) {
        const held = this.#find(order.taskId);
        if (held !== null && !isSameOrder(held.kill, order.kill)) {
          await this.#interventions.kill(held, order.kill);
        }
      }
    } catch (error) {
      log.error({ err: error }, "heartbeat failed");
    }
  }

  /**
   * Attempts that are this node's in the record and that it does not hold: the claim was written, and its answer failed.
   * They were never started. An attempt leaves the held ones only after its end is in the record, so one that is still
   * open at a second look was never held; and no claim may be under way, which would come to hold it.
   */
  async #startUnheld(nodeId: number): Promise<void> {
    const { attempts } = this.#options.store;
    for (const { task, nonce, number } of await attempts.listOpen({ nodeId })) {
      const key = attemptKey(task, nonce);
      if (this.#held.has(key)) {
        continue;
      }
      const now = await attempts.find({ taskId: task.id, attempt: number });
      const isUnheld = now?.endedAt === null && this.#claiming === 0 && !this.#held.has(key) && !this.#isStopped;
      if (isUnheld) {
        this.#options.log.warn(
          { taskId: task.id, attempt: number },
          "attempt was claimed and not started: starting it",
        );
        this.#startAttempt(this.#hold(task, nonce), nonce);
      }
    }
  }
}

/** A later order may ask for another signal or a shorter grace; the time it was first asked for stays. */
function isSameOrder(a: KillRequest | null, b: KillRequest): boolean {
  return a !== null && a.signal === b.signal && a.graceMs === b.graceMs;
}
