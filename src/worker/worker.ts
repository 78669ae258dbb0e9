import type { OpenAttempt, TaskRow } from "../store/store.ts";
import type { AttemptEnding } from "../supervise/ending.ts";
import { uptimeMs } from "../supervise/machine.ts";
import { describeStep, type TerminationStep } from "../supervise/processes/termination-step.ts";
import type { StartedAttempt } from "../supervise/supervision.ts";
import { Supervisor } from "../supervise/supervisor.ts";
import { UsageSampler } from "../supervise/usage/sampler.ts";
import { Claims } from "./claims.ts";
import { EventLog } from "./event-log.ts";
import { Fenced } from "./fenced.ts";
import { Heartbeat } from "./heartbeat.ts";
import { type HeldAttempt, holdAttempt } from "./held-attempt.ts";
import { Interventions } from "./interventions.ts";
import { KillOrders } from "./kill-orders.ts";
import { Lanes } from "./lanes.ts";
import { exceededOf } from "./limits.ts";
import { NodeLease } from "./node-lease.ts";
import { filesNotWritten } from "./not-started.ts";
import { Observation } from "./observation.ts";
import { orderOf } from "./order.ts";
import { Reports } from "./reports.ts";
import { Requests } from "./requests.ts";
import { Starts } from "./starts.ts";
import { Suspension } from "./suspension.ts";
import { emptiedSentence } from "./verdict.ts";
import type { WorkerOptions } from "./worker-options.ts";

const outputIntervalMs = 250;

/**
 * The node: claims what is delivered to it, has it supervised, reports what became of it.
 *
 * claim    One conditional update makes the attempt this node's. Only then is anything started.
 * report   The end is written conditionally on task, attempt and node, and tried again until the database answers. Only
 *          then does the supervisor forget the attempt: until then its journal tells the same end to the next server.
 * adopt    At start, every attempt of this node without an end in the record is given to the supervisor, which finds out
 *          what became of it. Deadlines, suspensions and kill orders are taken up again when it tells that the process
 *          runs.
 * lease    Renewed three times per lease. A node that could not renew it claims nothing more (node-lease.ts); back again,
 *          it first ends what was given up meanwhile (fenced.ts).
 * drain    Claims nothing more, and goes on with what it has. By an order in the record, until it is resumed; before a
 *          stop, until nothing is left.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #fenced: Fenced;
  readonly #sampler: UsageSampler;
  readonly #observation: Observation;
  readonly #suspension: Suspension;
  readonly #interventions: Interventions;
  readonly #claims: Claims;
  readonly #killOrders: KillOrders;
  readonly #starts: Starts;
  readonly #reports: Reports;
  readonly #held = new Map<string, HeldAttempt>();
  readonly #lease: NodeLease;
  readonly #lanes: Lanes;
  readonly #heartbeat: Heartbeat;
  #lookTimer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isDraining = false;
  readonly #idle = new Set<() => void>();

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { store, log, clock, onChange, output, surroundings } = options;
    this.#supervisor = this.#createSupervisor();
    const supervisor = this.#supervisor;
    const events = new EventLog({ store, log, clock, onChange });
    this.#events = events;
    this.#fenced = new Fenced({
      ...{ store, log, events },
      held: () => this.#held.values(),
      kill: (key) => supervisor.terminate(key, { signal: "SIGKILL", graceMs: 0 }),
    });
    this.#lease = new NodeLease({
      ...{ store, self: options.node, leaseMs: options.leaseMs, isAlone: options.isAlone },
      onRegained: ({ id }) => this.#backAfterLapse(id),
    });
    this.#sampler = new UsageSampler({
      clock,
      onExceeded: ({ key, ...exceeded }) => {
        const held = this.#held.get(key);
        if (held !== undefined) {
          void this.#interventions.exceed(held, exceeded);
        }
      },
      onSampled: () => void this.#observation.lookAtAttempts(),
      onWarning: (message, fields) => log.warn(fields, message),
    });
    this.#observation = new Observation({
      ...{ store, output, log, clock, onChange, sampler: this.#sampler, progress: options.progress },
      capBytes: options.outputCapBytes,
      running: () => [...this.#held.values()].filter((held) => held.startedUptimeMs !== null && !held.isEnded),
      onEmptied: (held) => events.add(held, "emptied", emptiedSentence(held.emptiedBytes)),
      onExceeded: (held, exceeded) => void this.#interventions.exceed(held, exceeded),
    });
    this.#suspension = new Suspension({
      ...{ store, events, clock, uptimeMs, onChange },
      suspend: (key) => supervisor.suspend(key),
      resume: (key) => supervisor.resume(key),
      rearm: (held) => this.#interventions.arm(held),
    });
    this.#interventions = new Interventions({
      ...{ store, log, events, clock, uptimeMs, onChange, suspension: this.#suspension },
      terminate: (key, how) => supervisor.terminate(key, how),
    });
    this.#starts = new Starts({
      ...{ store, log, clock, events, interventions: this.#interventions, observation: this.#observation },
      fromLocalTime: options.fromLocalTime,
      isStopped: () => this.#isStopped,
    });
    this.#claims = new Claims({
      ...{ store, log, clock },
      freeSlots: () => this.freeSlots(),
      nodeId: () => this.nodeId,
      isHeld: (key) => this.#held.has(key),
      isStopped: () => this.#isStopped,
      begin: (task, nonce) => this.#begin(task, nonce),
      kill: (taskId) => this.#killNow(taskId),
      onSettled: () => this.#wakeIdle(),
    });
    this.#killOrders = new KillOrders({
      ...{ store, log },
      find: (taskId) => this.#find(taskId),
      kill: (held, order) => this.#interventions.kill(held, order),
    });
    this.#lanes = new Lanes({ store, dispatcher: options.dispatcher, log, bound: options.node.lanes });
    this.#heartbeat = new Heartbeat({
      ...{ lease: this.#lease, fenced: this.#fenced, claims: this.#claims, killOrders: this.#killOrders },
      lanes: this.#lanes,
      ...{ dispatcher: options.dispatcher, log, leaseMs: options.leaseMs },
    });
    this.#reports = new Reports({
      ...{ store, log, clock, events, surroundings, observation: this.#observation, suspension: this.#suspension },
      isStopped: () => this.#isStopped,
      fromLocalTime: options.fromLocalTime,
      shipping: options.shipping,
      onRetry: options.onRetry,
    });
  }

  #createSupervisor(): Supervisor {
    const { directory, shell, runAs, cgroup, sandbox, leftovers, surroundings, log } = this.#options;
    return new Supervisor({
      ...{ directory, shell, runAs, cgroup, sandbox, leftovers },
      searchPath: surroundings.server.PATH ?? "/usr/bin:/bin",
      onStarted: (attempt) => this.#started(attempt),
      onEnded: (ending) => void this.#ended(ending),
      onOrphaned: ({ key }) => void this.#orphaned(key),
      onStep: ({ key, step }) => this.#noteStep(key, step),
      onWarning: (message, fields) => log.warn(fields, message),
    });
  }

  /** Registers the node, takes over what it ran before, and begins to take new work. */
  async start(): Promise<{ adopted: number }> {
    const { store, dispatcher, shipping } = this.#options;
    const { id: nodeId } = await this.#lease.register();
    const open = await store.attempts.listOpen({ nodeId });
    const orders = open.map((attempt) => this.#readopt(attempt));
    const suspended = [...this.#held.values()].filter((held) => held.suspended !== null);
    const isGivenUp = (key: string) => this.#fenced.isGivenUp(key);
    const ended = await this.#supervisor.adopt(orders, new Set(suspended.map((held) => held.key)), isGivenUp);
    for (const key of ended) {
      this.#fenced.tell(key);
    }
    this.#answerRequests();
    dispatcher.onPoke((poke) => {
      if (poke.topic === "kill") {
        this.#killNow(poke.taskId);
      } else if (poke.topic === "followed") {
        shipping?.followed(poke);
      } else if (poke.topic === "node" && poke.nodeId === this.nodeId) {
        this.#heartbeat.beat();
      } else if (poke.topic === "queues") {
        this.#lanes.look();
      }
    });
    shipping?.start();
    const lanes = await this.#lanes.find();
    await dispatcher.process({
      nodeId,
      lanes,
      freeSlots: () => this.freeSlots(),
      deliver: (delivery) => this.#claims.deliver(delivery),
    });
    this.#lanes.begin(lanes);
    this.#heartbeat.start();
    this.#lookTimer = setInterval(() => this.#lookAround(), outputIntervalMs).unref();
    void dispatcher.poke({ topic: "node", nodeId });
    return { adopted: open.length };
  }

  #answerRequests(): void {
    const supervisor = this.#supervisor;
    const requests = new Requests({
      events: this.#events,
      suspension: this.#suspension,
      observation: this.#observation,
      find: (taskId) => this.#find(taskId),
      signal: (key, signal, to) => supervisor.signal(key, signal, to),
      writeInput: (key, data) => supervisor.writeInput(key, data),
      endInput: (key) => supervisor.endInput(key),
    });
    this.#options.dispatcher.onAsk((request) => requests.answer(request));
  }

  freeSlots(): number {
    const takesWork = this.#lease.takesWork && !this.#isStopped && !this.#isDraining && !this.#fenced.isBusy;
    return takesWork ? Math.max(0, this.#options.node.slots - this.#held.size - this.#claims.underWay) : 0;
  }

  /** Id of this node; null before the start. */
  get nodeId(): number | null {
    return this.#lease.node?.id ?? null;
  }

  /** Attempts held now. */
  get count(): number {
    return this.#held.size;
  }

  /** Takes no more work; resolves when nothing is held any more. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    // Others need not wait for its lease to give work elsewhere; when this fails, they find out that it claims nothing.
    await this.#lease.announceStop().catch((error) => this.#options.log.error({ err: error }, "stop not announced"));
    while (this.#held.size + this.#claims.underWay > 0) {
      await new Promise<void>((resolve) => this.#idle.add(resolve));
    }
  }

  /** Stops taking work and watching. What runs goes on and is adopted by the next start. */
  stop(): void {
    this.#isStopped = true;
    this.#heartbeat.stop();
    clearInterval(this.#lookTimer);
    for (const held of this.#held.values()) {
      held.disarm();
    }
    this.#options.shipping?.stop();
    this.#sampler.close();
    this.#supervisor.close();
  }

  // --- starting -----------------------------------------------------------------------------------------------------

  #hold(task: TaskRow, nonce: string): HeldAttempt {
    const held = holdAttempt(task, nonce, this.nodeId ?? 0);
    this.#held.set(held.key, held);
    return held;
  }

  #order(held: HeldAttempt, nonce: string) {
    held.outputPath = this.#options.output.prepare(held.fence);
    return orderOf(held.task, nonce, held.outputPath, this.#options.surroundings);
  }

  #begin(task: TaskRow, nonce: string): void {
    const held = this.#hold(task, nonce);
    this.#options.shipping?.hold(held.fence, { isNew: true, isMarked: task.spec.markStderr });
    this.#options.onChange({ taskId: held.task.id, kind: "changed" });
    try {
      this.#supervisor.start(this.#order(held, nonce));
    } catch (error) {
      this.#options.log.error({ err: error, ...held.fence }, "attempt could not be started");
      void this.#ended(filesNotWritten(held.key, this.#options.clock()));
    }
  }

  // --- adopt --------------------------------------------------------------------------------------------------------

  #readopt(attempt: OpenAttempt) {
    const held = this.#hold(attempt.task, attempt.nonce);
    this.#options.shipping?.hold(held.fence, { isNew: false, isMarked: attempt.task.spec.markStderr });
    held.cause = attempt.ending;
    held.exceeded = attempt.ending === "limit" ? exceededOf(attempt.reason) : null;
    held.wasEndingBefore = attempt.ending !== null;
    held.suspended = attempt.suspended;
    held.suspendedMs = attempt.suspendedMs;
    held.restoredUsage = attempt.usageSeries;
    return this.#order(held, attempt.nonce);
  }

  // --- what the supervisor tells ------------------------------------------------------------------------------------

  #started(attempt: StartedAttempt): void {
    const held = this.#held.get(attempt.key);
    if (held !== undefined && held.startedUptimeMs === null) {
      void this.#starts.begin(held, attempt);
    }
  }

  async #ended(ending: AttemptEnding): Promise<void> {
    const held = this.#held.get(ending.key);
    if (held === undefined) {
      return;
    }
    held.disarm();
    held.isEnded = true;
    held.whenStarted.resolve();
    const result = await this.#reports.end(held, ending);
    if (this.#isStopped) {
      return;
    }
    this.#supervisor.forget(ending.key);
    this.#held.delete(ending.key);
    this.#options.onChange({ taskId: held.task.id, kind: result === "pending" ? "changed" : "ended" });
    this.#options.dispatcher.slotFreed();
    this.#wakeIdle();
  }

  #wakeIdle(): void {
    const waiting = [...this.#idle];
    this.#idle.clear();
    for (const resolve of waiting) {
      resolve();
    }
  }

  async #orphaned(key: string): Promise<void> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      const reason = "The process that watches it was killed; it still runs, but how it ends will not be known.";
      this.#options.log.warn(held.fence, "attempt orphaned");
      this.#events.add(held, "orphaned", reason);
      await this.#interventions.note(held, () =>
        this.#options.store.attempts.setReason({ ...held.fence, reason, now: this.#options.clock() }),
      );
    }
  }

  /** What ending it takes, as it happens, for the task's log. */
  #noteStep(key: string, step: TerminationStep): void {
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#events.add(held, held.cause === null ? "leftovers" : "signal", `${describeStep(step)}.`);
    }
  }

  // --- kill orders ----------------------------------------------------------------------------------------------------

  #killNow(taskId: number): void {
    if (this.#find(taskId) !== null) {
      void this.#killOrders.killNow(taskId);
    } else {
      this.#claims.noteKill(taskId);
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

  #lookAround(): void {
    this.#starts.catchUp();
    void this.#observation.lookAtOutputs();
  }

  /** Before the lease counts again, and with it new work. */
  async #backAfterLapse(nodeId: number): Promise<void> {
    this.#options.log.warn({ node: this.#options.node.name }, "the node's lease was over; it takes work again");
    await this.#fenced.look(nodeId);
  }
}
