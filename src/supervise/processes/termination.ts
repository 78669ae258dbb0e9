import { setTimeout as wait } from "node:timers/promises";
import { signalMember } from "../frame.ts";
import type { ProcessStat } from "./proc.ts";
import { type ProcessTree, signalProcess } from "./tree.ts";

/**
 * Ends all processes of an attempt.
 *
 *   1. The first signal to every process found, and SIGCONT, since a stopped process cannot act on it.
 *   2. Until the grace is over: look again, more and more seldom; newcomers get the first signal too.
 *   3. What is left is frozen with SIGSTOP and looked for again until nothing new turns up, so that nothing can fork away
 *      between being found and being killed; then all of it gets SIGKILL.
 *   4. Look again until nothing is left. A process that cannot be killed (stuck in the kernel, state D) keeps its attempt
 *      running: nothing is called ended while it is not.
 *
 * Each signal is preceded by a comparison of the start time, so a reused process number is never hit.
 */
export type TerminationReport = {
  signal: NodeJS.Signals;
  /** Processes that got the first signal. */
  signalled: number;
  /** Processes that got SIGKILL after the grace; 0 when none was needed. */
  killed: number;
  durationMs: number;
};

const firstLookMs = 10;
const slowestLookMs = 250;

export class Termination {
  readonly #tree: ProcessTree;
  #signal: NodeJS.Signals;
  #deadline: number;
  readonly #startedAt = performance.now();
  readonly #signalled = new Set<number>();
  #killed = 0;
  #hasNewOrder = false;
  #isAbandoned = false;
  #hurry = new AbortController();
  /** Resolves when nothing is left; never once abandoned. */
  readonly done: Promise<TerminationReport>;
  isDone = false;

  constructor(tree: ProcessTree, order: { signal: NodeJS.Signals; graceMs: number }) {
    this.#tree = tree;
    this.#signal = order.signal;
    this.#deadline = this.#startedAt + order.graceMs;
    this.done = this.#run();
  }

  /** A second order: another signal at once, and the earlier of the two deadlines. */
  hasten(order: { signal: NodeJS.Signals; graceMs: number }): void {
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
      await this.#kill();
    }
    this.isDone = true;
    return {
      signal: this.#signal,
      signalled: this.#signalled.size,
      killed: this.#killed,
      durationMs: Math.round(performance.now() - this.#startedAt),
    };
  }

  /** Steps 1 and 2. True when all ended by themselves. */
  async #askToEnd(): Promise<boolean> {
    let pauseMs = firstLookMs;
    for (;;) {
      const members = await this.#look(() => this.#tree.scan());
      if (members.length === 0) {
        return true;
      }
      if (this.#hasNewOrder) {
        this.#hasNewOrder = false;
        this.#signalled.clear();
      }
      for (const member of members) {
        if (!this.#signalled.has(member.pid) && signalMember(member, this.#signal)) {
          this.#signalled.add(member.pid);
          signalProcess(member, "SIGCONT");
        }
      }
      const remainingMs = this.#deadline - performance.now();
      if (remainingMs <= 0) {
        return false;
      }
      await this.#pause(Math.min(pauseMs, remainingMs));
      pauseMs = Math.min(pauseMs * 1.5, slowestLookMs);
    }
  }

  /** Steps 3 and 4. */
  async #kill(): Promise<void> {
    let pauseMs = firstLookMs;
    const killed = new Set<number>();
    for (;;) {
      const members = await this.#look(() => this.#freeze());
      // Children first: the kernel sends SIGHUP to a stopped process group that loses its last parent outside.
      for (const member of members.toReversed()) {
        if (signalProcess(member, "SIGKILL")) {
          killed.add(member.pid);
        }
      }
      this.#killed = killed.size;
      if (members.length === 0) {
        return;
      }
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 1.5, slowestLookMs);
    }
  }

  #freeze(): ProcessStat[] {
    const frozen = new Set<number>();
    for (;;) {
      const before = frozen.size;
      const members = this.#tree.scan((member) => {
        if (!frozen.has(member.pid)) {
          frozen.add(member.pid);
          signalProcess(member, "SIGSTOP");
        }
      });
      if (frozen.size === before) {
        return members;
      }
    }
  }

  /** A look that fails (no descriptor left) is repeated until it works: without one nothing may be said or done. */
  async #look(scan: () => ProcessStat[]): Promise<ProcessStat[]> {
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
  const processes = (count: number) => (count === 1 ? "1 process" : `${count} processes`);
  const first = `${report.signal} to ${processes(report.signalled)}`;
  const second = report.killed === 0 ? "" : `, then SIGKILL to the ${report.killed} left`;
  return `${first}${second}; none left after ${(report.durationMs / 1000).toFixed(1)} s`;
}
