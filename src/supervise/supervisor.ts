import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type AttemptFiles, createAttemptFiles } from "./attempt-files.ts";
import type { AttemptEnding, How } from "./ending.ts";
import { areOfOneLife, type Generation, note, settle, showRestart } from "./generation.ts";
import { Generations } from "./generations.ts";
import type { JournalRecord } from "./journal/record.ts";
import type { Shell } from "./launcher/shell.ts";
import { readIncarnation } from "./machine.ts";
import type { AttemptOrder, RunAs } from "./order.ts";
import { isAlive, readCommandLine } from "./processes/proc.ts";
import { Termination } from "./processes/termination.ts";
import { ProcessTree } from "./processes/tree.ts";
import { howItEnded, type Tracked, track } from "./tracked.ts";

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
export type SupervisorOptions = {
  /** The node's own directory, mode 0700; its real path, without symbolic links. */
  directory: string;
  shell: Shell;
  runAs: RunAs | null;
  /** Search path of the launcher itself; attempts get theirs from their order. */
  searchPath: string;
  onStarted(attempt: { key: string; pid: number; startedAtMs: number }): void;
  onEnded(ending: AttemptEnding): void;
  /** The shim of a running attempt was killed: how it will end cannot be known. */
  onOrphaned(attempt: { key: string }): void;
  /** Something that should not happen happened, and was dealt with. */
  onWarning(message: string, fields: Record<string, unknown>): void;
};

const tickMs = 1000;
/** A launcher that has not started an attempt within this time is replaced. */
const startPatienceMs = 15_000;
/** Time between SIGTERM and SIGKILL for processes an attempt left behind. */
const leftoverGraceMs = 2000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #incarnation = readIncarnation();
  readonly #tracked = new Map<string, Tracked>();
  readonly #generations: Generations;
  readonly #files: AttemptFiles;
  readonly #ticker: NodeJS.Timeout;
  /** False while journals of earlier lives wait for `adopt` to say what they are about: read before, they would be lost. */
  #isAdopted: boolean;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { directory, shell, runAs, searchPath } = options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#files = createAttemptFiles({ directory: join(directory, "files"), shell, runAs });
    this.#generations = new Generations({
      directory,
      shell,
      searchPath,
      incarnation: this.#incarnation,
      apply: (generation) => this.#apply(generation),
      resend: (from) => this.#resend(from),
      isUsed: (generation) => this.#isUsed(generation),
      onWarning: (message, fields) => options.onWarning(message, fields),
    });
    this.#isAdopted = this.#generations.old.length === 0;
    this.#ticker = setInterval(() => this.#isAdopted && this.#tick(), tickMs);
    this.#ticker.unref();
  }

  /**
   * Takes over the attempts that have no end in the record: those of an earlier life of this server. Resolves when each is
   * adopted, started, or its end reported.
   */
  async adopt(orders: readonly AttemptOrder[]): Promise<void> {
    const { old, current } = this.#generations;
    for (const order of orders) {
      this.#tracked.set(order.key, track(order, old.at(-1) ?? current));
    }
    this.#isAdopted = true;
    for (const generation of old) {
      this.#apply(generation);
      if (generation.incarnation === this.#incarnation) {
        await settle(generation, () => this.#apply(generation));
      }
      rmSync(generation.fifoPath, { force: true });
    }
    const isOneLife = areOfOneLife(old, this.#incarnation);
    for (const tracked of [...this.#tracked.values()]) {
      this.#resume(tracked, isOneLife, showRestart(old, this.#incarnation) ? "restart" : "no-journal");
    }
    for (const generation of old) {
      if (generation.incarnation === this.#incarnation) {
        generation.journal.watch(() => this.#apply(generation));
      }
      this.#generations.dropIfUnused(generation);
    }
  }

  /** Starts an attempt. How it goes on is told by the callbacks. Throws when its files cannot be written. */
  start(order: AttemptOrder): void {
    const tracked = track(order, this.#generations.current);
    this.#tracked.set(order.key, tracked);
    try {
      this.#send(tracked);
    } catch (error) {
      this.#tracked.delete(order.key);
      throw error;
    }
  }

  /** Begins to end an attempt and all its processes, or hastens an ending under way. Nothing when it is over. */
  terminate(key: string, how: { signal: NodeJS.Signals; graceMs: number }): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined || tracked.isOver || tracked.tree === null) {
      return;
    }
    if (tracked.termination === null || tracked.termination.isDone) {
      tracked.termination = new Termination(tracked.tree, how);
    } else {
      tracked.termination.hasten(how);
    }
  }

  /** The end of this attempt is in the record: its files and, with the last one, its journal can go. */
  forget(key: string): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined) {
      return;
    }
    this.#tracked.delete(key);
    // Attempts without files, the usual ones, are spared three system calls.
    if (tracked.mayHaveFiles) {
      this.#files.remove(key);
    }
    this.#generations.dropIfUnused(tracked.generation);
  }

  /** Stops watching. Attempts go on; the next server adopts them. */
  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    clearInterval(this.#ticker);
    for (const { termination } of this.#tracked.values()) {
      termination?.abandon();
    }
    this.#generations.close();
  }

  // --- starting -----------------------------------------------------------------------------------------------------

  #send(tracked: Tracked): void {
    const { lines, hasFiles } = this.#files.write(tracked.order);
    tracked.mayHaveFiles = hasFiles;
    tracked.isUnsent = false;
    tracked.generation = this.#generations.current;
    tracked.orderedAtMs = performance.now();
    this.#generations.send(tracked.order.key, lines);
  }

  #resend(from: Generation): void {
    for (const tracked of [...this.#tracked.values()]) {
      if (tracked.generation === from && tracked.process === null && !tracked.isOver) {
        this.#sendAgain(tracked);
      }
    }
  }

  /** When its files cannot be written (a full disk), it stays unstarted, and the tick comes back to it. */
  #sendAgain(tracked: Tracked): void {
    try {
      this.#send(tracked);
    } catch (error) {
      tracked.isUnsent = true;
      this.#options.onWarning("attempt could not be sent again", { err: error, key: tracked.order.key });
    }
  }

  #isUsed(generation: Generation): boolean {
    return [...this.#tracked.values()].some((tracked) => tracked.generation === generation);
  }

  // --- what the journals say ----------------------------------------------------------------------------------------

  #apply(generation: Generation): void {
    if (this.#isClosed) {
      return;
    }
    for (const record of generation.journal.read()) {
      note(generation, record);
      this.#applyRecord(generation, record);
    }
  }

  #applyRecord(generation: Generation, record: JournalRecord): void {
    switch (record.kind) {
      case "process":
        this.#noteStarted(generation, record);
        break;
      case "state":
        this.#noteState(generation, record);
        break;
      case "failed":
        this.#noteFailed(record);
        break;
      case "end":
        this.#noteEnd(generation, record);
        break;
      case "header":
      case "launcher":
        break;
      default:
        record satisfies never;
    }
  }

  #noteStarted(generation: Generation, record: Extract<JournalRecord, { kind: "process" }>): void {
    const tracked = this.#tracked.get(record.key);
    if (tracked === undefined || tracked.isOver) {
      return;
    }
    tracked.generation = generation;
    tracked.process = record;
    const { key, outputPath } = tracked.order;
    // After a restart of the machine its numbers may be those of others, which must not be touched.
    tracked.tree =
      generation.incarnation === this.#incarnation
        ? new ProcessTree({
            key,
            outputPath,
            pid: record.pid,
            startTicks: record.startTicks,
            sessionId: generation.launcherPid,
          })
        : null;
    this.#options.onStarted({ key, pid: record.pid, startedAtMs: record.atMs });
  }

  #noteState(generation: Generation, record: Extract<JournalRecord, { kind: "state" }>): void {
    const tracked = this.#tracked.get(generation.keyByPid.get(record.pid) ?? "");
    if (tracked !== undefined && tracked.process?.pid === record.pid) {
      tracked.isExit = record.isExit;
    }
  }

  /** Its end follows with the `x` record, when its process is gone. */
  #noteFailed(record: Extract<JournalRecord, { kind: "failed" }>): void {
    const tracked = this.#tracked.get(record.key);
    if (tracked !== undefined) {
      tracked.problem = record.problem;
    }
  }

  #noteEnd(generation: Generation, record: Extract<JournalRecord, { kind: "end" }>): void {
    const tracked = this.#tracked.get(record.key);
    if (tracked === undefined) {
      return;
    }
    if (tracked.process === null && tracked.generation === generation) {
      // Its `p` record could not be written, so it never became the program (see `c` in launcher/program.ts).
      this.#end(record.key, { kind: "not_started", problem: "journal" }, record.atMs, null);
    } else if (tracked.process?.pid === record.pid) {
      this.#end(record.key, howItEnded(tracked, record), record.atMs, record.cpuMs);
    }
  }

  #end(key: string, how: How, endedAtMs: number, cpuMs: number | null): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined || tracked.isOver) {
      return;
    }
    tracked.isOver = true;
    const ranMs = endedAtMs - (tracked.process?.atMs ?? endedAtMs);
    const hasLeftovers = tracked.termination === null && (tracked.tree?.hasLeftovers(ranMs) ?? false);
    const ending: AttemptEnding = {
      key,
      how,
      pid: tracked.process?.pid ?? null,
      startedAtMs: how.kind === "not_started" ? null : (tracked.process?.atMs ?? null),
      endedAtMs,
      cpuMs,
      termination: null,
      leftovers: null,
    };
    if (tracked.termination === null && !hasLeftovers) {
      this.#options.onEnded(ending);
    } else {
      void this.#endTree(tracked, ending);
    }
  }

  /** The end is told when all its processes are gone, so that the output is complete and nothing is left running. */
  async #endTree(tracked: Tracked, ending: AttemptEnding): Promise<void> {
    if (tracked.termination !== null) {
      ending.termination = await tracked.termination.done;
    } else if (tracked.tree !== null) {
      tracked.termination = new Termination(tracked.tree, { signal: "SIGTERM", graceMs: leftoverGraceMs });
      ending.leftovers = await tracked.termination.done;
    }
    if (!this.#isClosed) {
      this.#options.onEnded(ending);
    }
  }

  // --- after a restart ----------------------------------------------------------------------------------------------

  #resume(tracked: Tracked, isOneLife: boolean, lostCause: "restart" | "no-journal"): void {
    if (tracked.isOver) {
      return;
    }
    const { key } = tracked.order;
    if (tracked.process === null) {
      if (isOneLife) {
        this.#sendAgain(tracked);
      } else {
        this.#end(key, { kind: "lost", cause: lostCause }, Date.now(), null);
      }
    } else if (tracked.generation.incarnation !== this.#incarnation) {
      this.#end(key, { kind: "lost", cause: lostCause }, Date.now(), null);
    } else {
      this.#checkShimSafely(tracked);
    }
  }

  // --- once a second ------------------------------------------------------------------------------------------------

  #tick(): void {
    for (const generation of this.#generations.all) {
      this.#apply(generation);
    }
    let isStuck = false;
    for (const tracked of [...this.#tracked.values()]) {
      if (tracked.isOver) {
        continue;
      }
      if (tracked.process !== null) {
        this.#checkShimSafely(tracked);
      } else if (tracked.isUnsent) {
        this.#sendAgain(tracked);
      } else if (performance.now() - tracked.orderedAtMs > startPatienceMs) {
        isStuck = true;
      }
    }
    if (isStuck) {
      this.#generations.replace("stuck");
    }
  }

  /** A look that fails (no descriptor left) says nothing about the process; the next tick looks again. */
  #checkShimSafely(tracked: Tracked): void {
    try {
      this.#checkShim(tracked);
    } catch (error) {
      this.#options.onWarning("process could not be looked at", { err: error, key: tracked.order.key });
    }
  }

  #checkShim(tracked: Tracked): void {
    const { process: started, generation, order } = tracked;
    if (started === null || this.#isShim(started.shimPid, generation)) {
      return;
    }
    this.#apply(generation);
    if (tracked.isOver) {
      return;
    }
    if (isAlive(started)) {
      if (!tracked.isOrphaned) {
        tracked.isOrphaned = true;
        this.#options.onOrphaned({ key: order.key });
      }
      return;
    }
    const { problem } = tracked;
    this.#end(order.key, problem === null ? { kind: "unknown" } : { kind: "not_started", problem }, Date.now(), null);
  }

  #isShim(pid: number, generation: Generation): boolean {
    return readCommandLine(pid)?.split("\0").includes(generation.fifoPath) ?? false;
  }
}
