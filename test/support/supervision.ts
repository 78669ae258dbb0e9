import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AttemptEnding } from "../../src/supervise/ending.ts";
import { type AttemptOrder, noLimits } from "../../src/supervise/order.ts";
import type { TerminationStep } from "../../src/supervise/processes/termination-step.ts";
import type { StartedAttempt, SupervisorOptions } from "../../src/supervise/supervision.ts";
import { Supervisor } from "../../src/supervise/supervisor.ts";
import { testDirectory } from "./directory.ts";
import { endProcessesOf, processesOf } from "./processes.ts";
import { prepareShell, type TestShell, usualPath } from "./shells.ts";
import { waitFor } from "./wait-for.ts";

/** What one test needs of a node: its directories, its shell, and orders that carry its mark. */
export class Bench {
  readonly directory: string;
  readonly shell: TestShell;
  readonly launcher: ReturnType<typeof prepareShell>;
  /** Part of every key: the marker in a process's environment must not be that of another test that runs meanwhile. */
  readonly #nonce = randomBytes(6).toString("hex");
  #count = 0;

  constructor(directory: string, shell: TestShell) {
    this.directory = directory;
    this.shell = shell;
    mkdirSync(this.nodeDirectory, { mode: 0o700 });
    this.launcher = prepareShell(shell, directory);
  }

  get nodeDirectory(): string {
    return join(this.directory, "node");
  }

  /** An order with a key and an output file of its own. Its environment names the directory, so nothing of it gets lost. */
  order(program: AttemptOrder["program"] | string, more: Partial<AttemptOrder> = {}): AttemptOrder {
    this.#count += 1;
    return {
      key: `${this.#count}.1.${this.#nonce}`,
      program: typeof program === "string" ? { kind: "command", command: program } : program,
      cwd: this.directory,
      stdin: null,
      input: false,
      pty: null,
      stderrMarksPath: null,
      sandbox: "none",
      limits: noLimits,
      outputPath: join(this.directory, `${this.#count}.out`),
      ...more,
      env: { PATH: this.launcher.searchPath, TEST_DIRECTORY: this.directory, ...more.env },
    };
  }

  /** What it has written so far; nothing while it has not opened its file. */
  output(order: AttemptOrder): string {
    return existsSync(order.outputPath) ? readFileSync(order.outputPath, "utf8") : "";
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** The lines of all journals of this test's node. */
  journalLines(): string[] {
    const names = readdirSync(this.nodeDirectory).filter((name) => name.startsWith("journal."));
    return names.flatMap((name) => this.lines(join("node", name)));
  }

  /** The lines of a file of this test; none while it does not exist. */
  lines(name: string): string[] {
    try {
      return readFileSync(this.path(name), "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  }
}

export function testBench(shell: TestShell): Bench {
  const bench = new Bench(testDirectory(), shell);
  onTestFinished(() => endProcessesOf(bench.directory));
  return bench;
}

/** A supervisor whose callbacks are kept. Closed when the test ends. */
export class Watch {
  readonly supervisor: Supervisor;
  readonly started = new Map<string, Omit<StartedAttempt, "key">>();
  readonly endings: AttemptEnding[] = [];
  readonly orphaned: string[] = [];
  readonly steps: { key: string; step: TerminationStep }[] = [];
  readonly warnings: { message: string; fields: Record<string, unknown> }[] = [];

  readonly #bench: Bench;

  constructor(bench: Bench, more: Partial<SupervisorOptions> = {}) {
    this.#bench = bench;
    this.supervisor = new Supervisor({
      directory: bench.nodeDirectory,
      shell: bench.launcher.shell,
      runAs: null,
      // Its own tools, and the usual ones behind them.
      searchPath: `${bench.launcher.searchPath}:${usualPath}`,
      onStarted: ({ key, ...start }) => this.started.set(key, start),
      onEnded: (ending) => this.endings.push(ending),
      onOrphaned: ({ key }) => this.orphaned.push(key),
      onStep: (step) => this.steps.push(step),
      onWarning: (message, fields) => this.warnings.push({ message, fields }),
      ...more,
    });
  }

  start(order: AttemptOrder): AttemptOrder {
    this.supervisor.start(order);
    return order;
  }

  /** Starts it and waits until its process is known. */
  async begin(order: AttemptOrder): Promise<AttemptOrder> {
    await this.pidOf(this.start(order));
    return order;
  }

  pidOf(order: AttemptOrder): Promise<number> {
    return waitFor(`attempt ${order.key} to start`, () => this.started.get(order.key)?.pid);
  }

  async endOf(order: AttemptOrder, timeoutMs?: number): Promise<AttemptEnding> {
    const find = () => this.endings.find((ending) => ending.key === order.key);
    return waitFor(() => `attempt ${order.key} to end; ${this.#pictureOf(order)}`, find, timeoutMs);
  }

  /** What there is to see of an attempt whose end is not told: whether it is the test that is slow, or the machine that hangs. */
  #pictureOf(order: AttemptOrder): string {
    const records = this.#bench.journalLines().filter((line) => line.includes(order.key));
    const steps = this.steps.filter(({ key }) => key === order.key).map(({ step }) => step);
    const processes = processesOf(this.#bench.directory);
    return JSON.stringify({ records, steps, processes, warnings: this.warnings }, null, 2);
  }
}

export function watch(bench: Bench, more: Partial<SupervisorOptions> = {}): Watch {
  const watched = new Watch(bench, more);
  onTestFinished(() => watched.supervisor.close());
  return watched;
}
