import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AttemptEnds } from "./attempt-ends.ts";
import { type AttemptFiles, createAttemptFiles } from "./attempt-files.ts";
import { AttemptCgroups } from "./cgroup/attempt-cgroups.ts";
import { Control, type Signalled } from "./control.ts";
import { Disowned } from "./disowned.ts";
import { areOfOneLife, type Generation, settle, showRestart } from "./generation.ts";
import { Generations } from "./generations.ts";
import { type Ended, Inputs, type Written } from "./input.ts";
import { JournalNotes } from "./journal-notes.ts";
import { readIncarnation } from "./machine.ts";
import type { AttemptOrder } from "./order.ts";
import type { Suspension } from "./processes/suspension.ts";
import type { TerminationOrder } from "./processes/termination.ts";
import { ShimWatch } from "./shim-watch.ts";
import { Starting } from "./starting.ts";
import { StopNotes } from "./stop-notes.ts";
import type { Supervision, SupervisorOptions } from "./supervision.ts";
import { inputTarget, type Tracked, track } from "./tracked.ts";

const tickMs = 1000;

/**
 * Runs attempts as real processes that outlive this server, and tells exactly how each ended.
 *
 * What can happen to an attempt, and why the answer is true:
 *   ordered   its line was written to the launcher. Nothing says yet that it runs.
 *   running   the journal has its `p` record, written by its own process before it became the program.
 *   ended     the journal has its `x` (or `f`) record. Written by its shim, whoever else was alive.
 *   orphaned  its shim was killed. The process is watched until it is gone; how it ended nobody knows: `unknown`.
 *
 * After a restart (`adopt`): the old launcher must be gone and every process it forked accounted for (generation.ts); only
 * then does "no `p` record" mean "never started", and the attempt is started, exactly once. After a restart of the
 * machine nothing runs any more: what has no end is `lost`; without a `p` record it may still have begun (the record may
 * not have reached the disk), so it is lost too, and never started a second time.
 *
 * The shim dying between two looks: a shim found dead is followed by one more read of the journal, since it may have
 * written its record between our reading and our looking. Without that second read, ends were wrongly called unknown.
 *
 * Knows no database. The caller keeps what was ordered, and calls `forget` once an end is safely recorded.
 */
export class Supervisor {
  readonly #supervision: Supervision;
  readonly #generations: Generations;
  readonly #files: AttemptFiles;
  readonly #groups: AttemptCgroups;
  readonly #stopNotes: StopNotes;
  readonly #starting: Starting;
  readonly #notes: JournalNotes;
  readonly #ends: AttemptEnds;
  readonly #disowned: Disowned;
  readonly #shims: ShimWatch;
  readonly #control: Control;
  readonly #inputs = new Inputs((key) => inputTarget(this.#supervision.tracked.get(key), this.#files.baseOf(key)));
  readonly #ticker: NodeJS.Timeout;
  /** False while journals of earlier lives wait for `adopt` to say what they are about: read before, they would be lost. */
  #isAdopted: boolean;

  constructor(options: SupervisorOptions) {
    const { directory, shell, runAs, searchPath, sandbox = null } = options;
    const supervision = { options, incarnation: readIncarnation(), tracked: new Map(), isClosed: false };
    this.#supervision = supervision;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#files = createAttemptFiles({ directory: join(directory, "files"), shell, runAs, sandbox });
    this.#groups = new AttemptCgroups(options.cgroup ?? null);
    this.#stopNotes = new StopNotes(join(directory, "stopped"));
    this.#control = new Control(supervision, this.#stopNotes);
    this.#ends = new AttemptEnds(supervision, this.#groups, this.#control);
    this.#disowned = new Disowned(supervision, this.#groups);
    this.#notes = new JournalNotes(supervision, {
      groups: this.#groups,
      ends: this.#ends,
      disowned: this.#disowned,
      control: this.#control,
    });
    this.#shims = new ShimWatch(supervision, this.#notes, this.#ends);
    this.#generations = new Generations({
      directory,
      shell,
      searchPath,
      incarnation: supervision.incarnation,
      apply: (generation) => this.#notes.apply(generation),
      resend: (from) => this.#starting.resend(from),
      isUsed: (generation) => this.#isUsed(generation),
      onWarning: (message, fields) => options.onWarning(message, fields),
    });
    this.#starting = new Starting(supervision, this.#files, this.#groups, this.#generations);
    this.#isAdopted = this.#generations.old.length === 0;
    this.#ticker = setInterval(() => this.#isAdopted && this.#tick(), tickMs);
    this.#ticker.unref();
  }

  /**
   * Takes over the attempts that have no end in the record: those of an earlier life of this server. Resolves when each is
   * adopted, started, or its end reported. `suspended` are the keys of those that are to stand still; `isGivenUp` is asked
   * about those that run and are not among the orders. Answers the keys of those that were ended for it.
   */
  async adopt(
    orders: readonly AttemptOrder[],
    suspended: ReadonlySet<string> = new Set(),
    isGivenUp: (key: string) => Promise<boolean> = async () => false,
  ): Promise<string[]> {
    const { old, current } = this.#generations;
    for (const order of orders) {
      const tracked = track(order, old.at(-1) ?? current);
      this.#supervision.tracked.set(order.key, { ...tracked, isOfEarlierLife: true, mayHaveStopNote: true });
    }
    this.#isAdopted = true;
    for (const generation of old) {
      this.#notes.apply(generation);
      if (generation.incarnation === this.#supervision.incarnation) {
        this.#notes.recover(generation);
        await settle(generation, () => this.#notes.apply(generation));
      }
      rmSync(generation.fifoPath, { force: true });
    }
    const isOneLife = areOfOneLife(old, this.#supervision.incarnation);
    const lossCause = showRestart(old, this.#supervision.incarnation) ? "restart" : "no-journal";
    for (const tracked of [...this.#supervision.tracked.values()]) {
      this.#takeOver(tracked, isOneLife, lossCause);
    }
    const ofEarlierLife = [...this.#supervision.tracked.values()].filter((tracked) => tracked.isOfEarlierLife);
    await Promise.all(ofEarlierLife.map((tracked) => this.#control.adopt(tracked, suspended.has(tracked.order.key))));
    const disowned = await this.#disowned.end(isGivenUp);
    this.#sweep();
    for (const generation of old) {
      if (generation.incarnation === this.#supervision.incarnation) {
        generation.journal.watch(() => this.#notes.apply(generation));
      }
      this.#generations.dropIfUnused(generation);
    }
    return disowned;
  }

  /** Starts an attempt. How it goes on is told by the callbacks. Throws when its files cannot be written. */
  start(order: AttemptOrder): void {
    const tracked = track(order, this.#generations.current);
    this.#supervision.tracked.set(order.key, tracked);
    try {
      this.#starting.send(tracked);
    } catch (error) {
      this.#supervision.tracked.delete(order.key);
      throw error;
    }
  }

  /**
   * Begins to end an attempt and all its processes, or hastens an ending under way. One whose process is not known yet is
   * ended as soon as it is. Nothing when it is over.
   */
  terminate(key: string, order: TerminationOrder): void {
    this.#control.terminate(key, order);
  }

  /** Lets all its processes stand still. Rejects with a sentence when it does not run, is ending, or cannot be stopped. */
  suspend(key: string): Promise<Suspension> {
    return this.#control.suspend(key);
  }

  /** Lets them go on; answers how many. Nothing when none stands still. Rejects when it does not run or is ending. */
  resume(key: string): Promise<number> {
    return this.#control.resume(key);
  }

  isSuspended(key: string): boolean {
    return this.#control.isSuspended(key);
  }

  /** Sends a signal to its own process or to all. */
  signal(key: string, signal: NodeJS.Signals, to: "main" | "all"): Signalled {
    return this.#control.signal(key, signal, to);
  }

  /** Writes to its standard input; see input.ts. */
  writeInput(key: string, bytes: Buffer): Promise<Written> {
    return this.#inputs.write(key, bytes);
  }

  /** Ends its standard input, after what was written before. Rejects when it cannot be told whether it is done. */
  endInput(key: string): Promise<Ended> {
    return this.#inputs.end(key);
  }

  /** The end of this attempt is in the record: its files and, with the last one, its journal can go. */
  forget(key: string): void {
    const tracked = this.#supervision.tracked.get(key);
    if (tracked === undefined) {
      return;
    }
    this.#supervision.tracked.delete(key);
    // Attempts without files, the usual ones, are spared three system calls.
    if (tracked.mayHaveFiles) {
      this.#files.remove(key);
    }
    this.#control.forget(tracked);
    this.#generations.dropIfUnused(tracked.generation);
  }

  /** Stops watching. Attempts go on; the next server adopts them. */
  close(): void {
    if (this.#supervision.isClosed) {
      return;
    }
    this.#supervision.isClosed = true;
    clearInterval(this.#ticker);
    for (const { termination } of this.#supervision.tracked.values()) {
      termination?.abandon();
    }
    this.#generations.close();
  }

  /** A server that ended between the record of an attempt's end and `forget` left them; nobody would ask for them again. */
  #sweep(): void {
    const isKnown = (key: string) => this.#supervision.tracked.has(key);
    this.#groups.sweep(isKnown);
    try {
      this.#files.sweep(isKnown);
      this.#stopNotes.sweep(isKnown);
    } catch (error) {
      this.#supervision.options.onWarning("files of ended attempts could not be removed", { err: error });
    }
  }

  #isUsed(generation: Generation): boolean {
    for (const tracked of this.#supervision.tracked.values()) {
      if (tracked.generation === generation) {
        return true;
      }
    }
    return false;
  }

  #takeOver(tracked: Tracked, isOneLife: boolean, lossCause: "restart" | "no-journal"): void {
    if (tracked.isOver) {
      return;
    }
    if (tracked.process === null && isOneLife) {
      this.#starting.sendAgain(tracked);
    } else if (tracked.process === null) {
      this.#ends.end(tracked, { kind: "lost", cause: lossCause }, Date.now(), null);
    } else if (tracked.generation.incarnation !== this.#supervision.incarnation) {
      this.#ends.end(tracked, { kind: "lost", cause: lossCause }, Date.now(), null);
    } else {
      this.#shims.check(tracked);
    }
  }

  #tick(): void {
    for (const generation of this.#generations.all) {
      this.#notes.apply(generation);
    }
    const running: Tracked[] = [];
    const unstarted: Tracked[] = [];
    for (const tracked of this.#supervision.tracked.values()) {
      if (!tracked.isOver) {
        (tracked.process === null ? unstarted : running).push(tracked);
      }
    }
    for (const tracked of running) {
      this.#shims.check(tracked);
    }
    this.#starting.check(unstarted);
    this.#groups.clean();
  }
}
