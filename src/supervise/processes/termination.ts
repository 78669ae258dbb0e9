import { setTimeout as wait } from "node:timers/promises";
import { isOfFrame, signalMember } from "../frame.ts";
import { type ProcessStat, readStat } from "./proc.ts";
import { describeStep, StepLog, type TerminationStep } from "./termination-step.ts";
import { type ProcessTree, signalProcess, stopAndKill, type TreeMethod } from "./tree.ts";

/**
 * Ends all processes of an attempt.
 *
 *   1. The first signal to every process found, then what stands still is woken, since a stopped process cannot act on it.
 *   2. Until the grace is over: look again, more and more seldom; newcomers get the first signal too.
 *   3. What is left gets SIGKILL, all at once by its cgroup, or else after it was stopped and looked for again until
 *      nothing new turned up, so that nothing can fork away between being found and being killed.
 *      Where a copier (launcher/copier.ts) still has something in its pipe that the program wrote, the program alone is
 *      killed first, and what is around it has two seconds to end by itself.
 *   4. Look again until nothing is left. A process that cannot be killed (stuck in the kernel, state D) keeps its attempt
 *      running, and is told: nothing is called ended while it is not.
 *
 * An order for SIGKILL begins with the third step. Each signal is preceded by a comparison of the start time, so a reused
 * process number is never hit. Each step is told as it happens.
 *
 * A server that dies in between leaves processes signalled or stopped; the next one is given the order again and begins
 * anew, and what is not ordered again is woken (control.ts).
 */
export type TerminationOrder = { signal: NodeJS.Signals; graceMs: number };

export type TerminationReport = {
  signal: NodeJS.Signals;
  /** How the processes were found. */
  method: TreeMethod;
  /** Processes that got the first signal. */
  signalled: number;
  /** Processes that got SIGKILL after the grace; 0 when none was needed. */
  killed: number;
  durationMs: number;
  steps: readonly TerminationStep[];
};

const firstLookMs = 10;
const slowestLookMs = 250;
/** A process that is still there so long after SIGKILL is called stuck. */
const stuckAfterMs = 2000;
/** How long a copier has to write what is in its pipe: at most 64 KiB. */
const copierMs = 2000;

export type TerminationOptions = {
  onStep: (step: TerminationStep) => void;
  /** A process around the program carries its standard error to the output. */
  hasCopier: boolean;
};

export class Termination {
  readonly #tree: ProcessTree;
  readonly #log: StepLog;
  readonly #hasCopier: boolean;
  #signal: NodeJS.Signals;
  #deadline: number;
  readonly #startedAt = performance.now();
  readonly #signalled = new Set<number>();
  readonly #killed = new Set<number>();
  #hasNewOrder = false;
  #isAbandoned = false;
  #hurry = new AbortController();
  /** Resolves when nothing is left; never once abandoned. */
  readonly done: Promise<TerminationReport>;
  isDone = false;

  constructor(tree: ProcessTree, order: TerminationOrder, options: TerminationOptions) {
    this.#tree = tree;
    this.#log = new StepLog(options.onStep);
    this.#hasCopier = options.hasCopier;
    this.#signal = order.signal;
    this.#deadline = this.#startedAt + order.graceMs;
    this.done = this.#run();
  }

  /** A second order: another signal at once, and the earlier of the two deadlines. */
  hasten(order: TerminationOrder): void {
    this.#deadline = Math.min(this.#deadline, performance.now() + order.graceMs);
    this.#signal = order.signal;
    this.#hasNewOrder = true;
    this.#hurry.abort();
  }

  /** Stops looking and signalling, and keeps nothing awake: the server ends, and the next one goes on. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#hurry.abort();
  }

  async #run(): Promise<TerminationReport> {
    // Leaves the constructor first, so that whoever made it can store it.
    await Promise.resolve();
    if (!(await this.#askToEnd())) {
      if (this.#hasCopier) {
        await this.#killProgram();
      }
      await this.#kill();
    }
    this.#log.add({ kind: "gone" });
    this.isDone = true;
    const isFirstKill = this.#signalled.size === 0;
    return {
      signal: this.#signal,
      method: this.#tree.method,
      signalled: (isFirstKill ? this.#killed : this.#signalled).size,
      killed: isFirstKill ? 0 : this.#killed.size,
      durationMs: Math.round(performance.now() - this.#startedAt),
      steps: this.#log.steps,
    };
  }

  /** Steps 1 and 2. True when all ended by themselves. */
  async #askToEnd(): Promise<boolean> {
    let pauseMs = firstLookMs;
    let newcomers = 0;
    while (this.#signal !== "SIGKILL") {
      const members = await this.#look(() => this.#tree.scan());
      if (members.length === 0 && (await this.#look(() => this.#tree.isEmpty()))) {
        this.#tellNewcomers(newcomers);
        return true;
      }
      const isFirst = this.#hasNewOrder || this.#signalled.size === 0;
      if (this.#hasNewOrder) {
        this.#hasNewOrder = false;
        this.#signalled.clear();
      }
      const count = this.#signalNew(members);
      if (isFirst && count > 0) {
        this.#log.add({ kind: "signal", signal: this.#signal, count });
      } else {
        newcomers += count;
      }
      const remainingMs = this.#deadline - performance.now();
      if (remainingMs <= 0) {
        this.#tellNewcomers(newcomers);
        this.#log.add({ kind: "left", count: members.length });
        return false;
      }
      await this.#pause(Math.min(pauseMs, remainingMs));
      pauseMs = Math.min(pauseMs * 1.5, slowestLookMs);
    }
    return false;
  }

  #signalNew(members: readonly ProcessStat[]): number {
    let count = 0;
    for (const member of members) {
      if (!this.#signalled.has(member.pid) && signalMember(member, this.#signal)) {
        this.#signalled.add(member.pid);
        signalProcess(member, "SIGCONT");
        count += 1;
      } else if (member.state === "T") {
        // It stopped again, as some programs do when they learn that their child was.
        signalProcess(member, "SIGCONT");
      }
    }
    if (count > 0) {
      this.#tree.thaw();
    }
    return count;
  }

  /** Those that appeared after the first signal are told together: what forks for ever would fill the record. */
  #tellNewcomers(count: number): void {
    if (count > 0) {
      this.#log.add({ kind: "signal", signal: this.#signal, count, isLater: true });
    }
  }

  /** The first part of step 3: until nothing is left, or the copier's time is over. */
  async #killProgram(): Promise<void> {
    const deadline = performance.now() + copierMs;
    while (performance.now() < deadline) {
      const { killed } = await this.#look(() => stopAndKill(this.#tree, (member) => !isOfFrame(member)));
      this.#noteKilled(killed);
      this.#tree.thaw();
      if ((await this.#look(() => this.#tree.scan())).length === 0) {
        return;
      }
      await this.#pause(firstLookMs);
    }
  }

  #noteKilled(killed: readonly ProcessStat[]): void {
    const before = this.#killed.size;
    for (const { pid } of killed) {
      this.#killed.add(pid);
    }
    if (this.#killed.size > before) {
      this.#log.add({ kind: "kill", signal: "SIGKILL", count: this.#killed.size - before });
    }
  }

  /** Steps 3 and 4. */
  async #kill(): Promise<void> {
    const startedAt = performance.now();
    let pauseMs = firstLookMs;
    let isStuckTold = false;
    for (;;) {
      const { seen, killed } = await this.#look(() => this.#tree.kill());
      this.#noteKilled(killed);
      if (seen.length === 0 && (await this.#look(() => this.#tree.isEmpty()))) {
        return;
      }
      if (!isStuckTold && performance.now() - startedAt > stuckAfterMs) {
        isStuckTold = true;
        this.#tellStuck(seen, killed);
      }
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 1.5, slowestLookMs);
    }
  }

  #tellStuck(seen: readonly ProcessStat[], killed: readonly ProcessStat[]): void {
    const hit = new Set(killed.map(({ pid }) => pid));
    const left = seen.filter(({ pid, startTicks }) => readStat(pid)?.startTicks === startTicks);
    const refusing = left.filter(({ pid }) => !hit.has(pid));
    const waiting = left.length - refusing.length;
    // One that has left the lists already, and still is on its way out, counts too.
    if (waiting > 0 || left.length === 0) {
      this.#log.add({ kind: "stuck", why: "kernel", count: Math.max(waiting, 1) });
    }
    if (refusing.length > 0) {
      this.#log.add({ kind: "stuck", why: "user", count: refusing.length });
    }
  }

  /** A look that fails (no descriptor left) is repeated until it works: without one nothing may be said or done. */
  async #look<T>(scan: () => T): Promise<T> {
    for (;;) {
      try {
        return scan();
      } catch {
        await this.#pause(slowestLookMs);
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    this.#hurry = new AbortController();
    // Being hastened ends the pause; that is no error.
    await wait(ms, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
    if (this.#isAbandoned) {
      await never;
    }
  }
}

const never = new Promise<never>(() => undefined);

/** The report in words, for the task's reason. */
export function describeTermination(report: TerminationReport): string {
  return report.steps.map(describeStep).join("; ");
}
