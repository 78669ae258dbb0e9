import { chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttemptEnding, How } from "./ending.ts";
import { type Generation, newGeneration, note, settle } from "./generation.ts";
import { Journal } from "./journal/journal.ts";
import { exitStatus, type JournalRecord } from "./journal/record.ts";
import { Launcher } from "./launcher/launcher.ts";
import type { Shell } from "./launcher/shell.ts";
import { attemptSnippet } from "./launcher/snippet.ts";
import { readIncarnation } from "./machine.ts";
import type { AttemptOrder, RunAs } from "./order.ts";
import { isAlive, readCommandLine } from "./processes/proc.ts";
import { Termination } from "./processes/termination.ts";
import { ProcessTree } from "./processes/tree.ts";

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

type Tracked = {
  order: AttemptOrder;
  generation: Generation;
  orderedAtMs: number;
  mayHaveFiles: boolean;
  process: { pid: number; shimPid: number; startTicks: string; atMs: number } | null;
  /** Why it could not start; null when it could, or nothing is known. */
  problem: string | null;
  /** The shell called its end an exit and not a signal. */
  isExit: boolean;
  isOrphaned: boolean;
  isOver: boolean;
  tree: ProcessTree | null;
  termination: Termination | null;
};

const tickMs = 1000;
/** A launcher is replaced after this many attempts, which also starts a new journal. */
const attemptsPerLauncher = 20_000;
/** A launcher that has not started an attempt within this time is replaced. */
const startPatienceMs = 15_000;
const launcherCloseMs = 10_000;
const launcherMinimumMs = 2000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #incarnation = readIncarnation();
  readonly #tracked = new Map<string, Tracked>();
  readonly #generations = new Set<Generation>();
  #current: { generation: Generation; launcher: Launcher; count: number };
  #ticker: NodeJS.Timeout;
  #replacing: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    mkdirSync(join(options.directory, "files"), { recursive: true, mode: 0o700 });
    for (const number of this.#oldGenerations()) {
      this.#generations.add(
        newGeneration(number, this.#fifoPath(number), new Journal(this.#journalPath(number), number)),
      );
    }
    this.#current = this.#startGeneration();
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#ticker.unref();
  }

  /**
   * Takes over the attempts that have no end in the record: those of an earlier life of this server. Resolves when each is
   * adopted, started, or its end reported.
   */
  async adopt(orders: readonly AttemptOrder[]): Promise<void> {
    const old = [...this.#generations].filter((generation) => generation !== this.#current.generation);
    const stranger = newGeneration(0, "", this.#current.generation.journal);
    for (const order of orders) {
      this.#tracked.set(order.key, this.#track(order, old.at(-1) ?? stranger));
    }
    for (const generation of old) {
      this.#apply(generation);
      if (generation.incarnation === this.#incarnation) {
        await settle(generation, () => this.#apply(generation));
      }
      rmSync(generation.fifoPath, { force: true });
    }
    const isOneLife = old.length > 0 && old.every((generation) => generation.incarnation === this.#incarnation);
    for (const tracked of [...this.#tracked.values()]) {
      this.#resume(tracked, isOneLife, old.length > 0);
    }
    for (const generation of old) {
      if (generation.incarnation === this.#incarnation) {
        generation.journal.watch(() => this.#apply(generation));
      }
      this.#dropIfUnused(generation);
    }
  }

  /** Starts an attempt. How it goes on is told by the callbacks. Throws when its files cannot be written. */
  start(order: AttemptOrder): void {
    const tracked = this.#track(order, this.#current.generation);
    this.#send(tracked);
    this.#tracked.set(order.key, tracked);
    this.#current.count += 1;
    if (this.#current.count >= attemptsPerLauncher) {
      this.#replaceLauncher("recycled");
    }
  }

  /** Begins to end an attempt and all its processes, or hastens an ending under way. Nothing when it is over. */
  terminate(key: string, how: { signal: NodeJS.Signals; graceMs: number }): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined || tracked.isOver || tracked.tree === null) {
      return;
    }
    if (tracked.termination === null) {
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
    this.#removeFiles(tracked);
    this.#dropIfUnused(tracked.generation);
  }

  /** Stops watching. Attempts go on; the next server adopts them. */
  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    clearInterval(this.#ticker);
    this.#current.launcher.abandon();
    for (const generation of this.#generations) {
      generation.journal.close();
    }
  }

  // --- starting -----------------------------------------------------------------------------------------------------

  #track(order: AttemptOrder, generation: Generation): Tracked {
    return {
      order,
      generation,
      orderedAtMs: performance.now(),
      mayHaveFiles: true,
      process: null,
      problem: null,
      isExit: false,
      isOrphaned: false,
      isOver: false,
      tree: null,
      termination: null,
    };
  }

  #send(tracked: Tracked): void {
    const { order } = tracked;
    const stdinPath = order.stdin === null ? null : this.#write(order.key, "stdin", order.stdin);
    const scriptPath = order.program.kind === "script" ? this.#write(order.key, "script", order.program.body) : null;
    const { shell, runAs } = this.#options;
    const snippet = attemptSnippet(shell, order, { stdinPath, scriptPath }, runAs);
    // bash reads the FIFO byte by byte; long lines go through a file, or every start behind them would wait.
    const isLong = snippet.length > 4000;
    const lines = isLong ? `. '${this.#write(order.key, "lines", snippet)}'` : snippet;
    tracked.mayHaveFiles = stdinPath !== null || scriptPath !== null || isLong;
    tracked.generation = this.#current.generation;
    tracked.orderedAtMs = performance.now();
    this.#current.launcher.start(order.key, lines);
  }

  #write(key: string, kind: "stdin" | "script" | "lines", text: string): string {
    const path = join(this.#options.directory, "files", `${key}.${kind}`);
    writeFileSync(path, text, { mode: 0o600 });
    const { runAs } = this.#options;
    if (kind === "script" && runAs !== null) {
      chownSync(path, runAs.uid, runAs.gid);
    }
    return path;
  }

  #removeFiles(tracked: Tracked): void {
    // Attempts without files, the usual ones, are spared three system calls.
    if (tracked.mayHaveFiles) {
      const { key } = tracked.order;
      for (const kind of ["stdin", "script", "lines"]) {
        rmSync(join(this.#options.directory, "files", `${key}.${kind}`), { force: true });
      }
    }
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
        this.#noteEnd(record);
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
    tracked.tree = new ProcessTree({ key, pid: record.pid, startTicks: record.startTicks, outputPath });
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

  #noteEnd(record: Extract<JournalRecord, { kind: "end" }>): void {
    const tracked = this.#tracked.get(record.key);
    if (tracked === undefined) {
      return;
    }
    if (tracked.process === null) {
      // Its `p` record could not be written, so it never became the program (see `c` in launcher/program.ts).
      this.#end(record.key, { kind: "not_started", problem: "journal" }, record.atMs, null);
    } else if (tracked.process.pid === record.pid) {
      this.#end(record.key, howItEnded(tracked, record.status), record.atMs, record.cpuMs);
    }
  }

  #end(key: string, how: How, endedAtMs: number, cpuMs: number | null): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined || tracked.isOver) {
      return;
    }
    tracked.isOver = true;
    const hasLeftovers = tracked.termination === null && (tracked.tree?.hasGroup() ?? false);
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
      ending.leftovers = await new Termination(tracked.tree, { signal: "SIGTERM", graceMs: leftoverGraceMs }).done;
    }
    if (!this.#isClosed) {
      this.#options.onEnded(ending);
    }
  }

  // --- after a restart ----------------------------------------------------------------------------------------------

  #resume(tracked: Tracked, isOneLife: boolean, hasJournals: boolean): void {
    if (tracked.isOver) {
      return;
    }
    const { key } = tracked.order;
    if (tracked.process === null) {
      if (isOneLife) {
        this.#send(tracked);
      } else {
        this.#end(key, { kind: "lost", cause: hasJournals ? "restart" : "no-journal" }, Date.now(), null);
      }
    } else if (tracked.generation.incarnation !== this.#incarnation) {
      tracked.tree = null;
      this.#end(key, { kind: "lost", cause: "restart" }, Date.now(), null);
    } else {
      this.#checkShim(tracked);
    }
  }

  // --- once a second ------------------------------------------------------------------------------------------------

  #tick(): void {
    for (const generation of [...this.#generations]) {
      this.#apply(generation);
    }
    let isStuck = false;
    for (const tracked of [...this.#tracked.values()]) {
      if (tracked.isOver) {
        continue;
      }
      if (tracked.process !== null) {
        this.#checkShim(tracked);
      } else if (performance.now() - tracked.orderedAtMs > startPatienceMs) {
        isStuck = true;
      }
    }
    if (isStuck) {
      this.#replaceLauncher("stuck");
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

  // --- launchers ----------------------------------------------------------------------------------------------------

  #startGeneration(): { generation: Generation; launcher: Launcher; count: number } {
    const number = Math.max(0, ...[...this.#generations].map((generation) => generation.number)) + 1;
    const journal = new Journal(this.#journalPath(number), number);
    journal.append(`h 1 ${this.#incarnation} ${number} .`);
    const generation = newGeneration(number, this.#fifoPath(number), journal);
    this.#generations.add(generation);
    const { shell, searchPath } = this.#options;
    const launcher = new Launcher({
      shell,
      searchPath,
      fifoPath: generation.fifoPath,
      journalPath: journal.path,
    });
    journal.watch(() => this.#apply(generation));
    const startedAtMs = performance.now();
    launcher.onUnexpectedEnd(() => {
      // One that ends at once (no shell, no memory, a full disk) is not started again in a tight loop.
      const livedMs = performance.now() - startedAtMs;
      setTimeout(() => this.#replaceLauncher("ended"), livedMs < launcherMinimumMs ? launcherMinimumMs : 0);
    });
    return { generation, launcher, count: 0 };
  }

  /** A new launcher takes over; what the old one did not start, and now cannot start any more, is sent to the new one. */
  #replaceLauncher(why: "recycled" | "ended" | "stuck"): void {
    if (this.#replacing !== null || this.#isClosed) {
      return;
    }
    if (why !== "recycled") {
      this.#options.onWarning("launcher replaced", { why, generation: this.#current.generation.number });
    }
    const old = this.#current;
    this.#current = this.#startGeneration();
    this.#replacing = this.#takeOver(old.generation, old.launcher).finally(() => {
      this.#replacing = null;
    });
  }

  async #takeOver(generation: Generation, launcher: Launcher): Promise<void> {
    const timer = setTimeout(() => launcher.kill(), launcherCloseMs);
    await launcher.close();
    clearTimeout(timer);
    await settle(generation, () => this.#apply(generation));
    for (const tracked of [...this.#tracked.values()]) {
      if (tracked.generation === generation && tracked.process === null && !tracked.isOver && !this.#isClosed) {
        this.#send(tracked);
      }
    }
    this.#dropIfUnused(generation);
  }

  #dropIfUnused(generation: Generation): void {
    if (generation === this.#current.generation || !this.#generations.has(generation)) {
      return;
    }
    for (const tracked of this.#tracked.values()) {
      if (tracked.generation === generation) {
        return;
      }
    }
    this.#generations.delete(generation);
    generation.journal.remove();
  }

  #oldGenerations(): number[] {
    const numbers: number[] = [];
    for (const name of readdirSync(this.#options.directory)) {
      const match = /^journal\.(\d+)$/.exec(name);
      if (match !== null) {
        numbers.push(Number(match[1]));
      }
    }
    return numbers.sort((a, b) => a - b);
  }

  #fifoPath(number: number): string {
    return join(this.#options.directory, `ctl.${number}`);
  }

  #journalPath(number: number): string {
    return join(this.#options.directory, `journal.${number}`);
  }
}

function howItEnded(tracked: Tracked, status: number): How {
  if (tracked.problem !== null) {
    return { kind: "not_started", problem: tracked.problem };
  }
  const exit = exitStatus(status, tracked.isExit);
  return exit.signal === null ? { kind: "exited", code: exit.code } : { kind: "signalled", signal: exit.signal };
}

/** Time between SIGTERM and SIGKILL for processes an attempt left behind. */
const leftoverGraceMs = 2000;
