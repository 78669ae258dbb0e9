import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Generation, newGeneration, settle } from "./generation.ts";
import { Journal } from "./journal/journal.ts";
import { Launcher, type LauncherOptions } from "./launcher/launcher.ts";
import type { Shell } from "./launcher/shell.ts";

/**
 * The launchers, one after the other. One is current; the others' shims may still write to their journals.
 *
 * A launcher is replaced when it ended, when it does not start what it was given, or after many attempts, which also
 * starts a new journal. The new one takes orders at once. What the old one was given and did not start is sent again, but
 * only once the old one is gone and every process it forked has been accounted for: then it cannot start it any more.
 */
export type GenerationsOptions = {
  directory: string;
  incarnation: string;
  shell: Shell;
  searchPath: string;
  /** Reads a generation's journal and acts on it. */
  apply(generation: Generation): void;
  /** Orders again what this generation was given and can no longer start. */
  resend(from: Generation): void;
  /** True while an attempt's end may still be told by its journal. */
  isUsed(generation: Generation): boolean;
  onWarning(message: string, fields: Record<string, unknown>): void;
};

const attemptsPerLauncher = 20_000;
const launcherCloseMs = 10_000;
/** One that already let orders lie is hardly worth waiting for; what it has not begun is sent again. */
const stuckLauncherCloseMs = 1000;
/** One that ends at once (no memory, a full disk) is not started again in a tight loop. */
const launcherMinimumMs = 2000;

export class Generations {
  readonly #options: GenerationsOptions;
  readonly #all = new Set<Generation>();
  #current: { generation: Generation; launcher: Launcher; count: number };
  #isReplacing = false;
  #isClosed = false;

  constructor(options: GenerationsOptions) {
    this.#options = options;
    for (const number of this.#findOld()) {
      const journal = new Journal(this.#journalPath(number), number);
      this.#all.add(newGeneration(number, this.#fifoPath(number), journal));
    }
    this.#current = this.#start();
  }

  get current(): Generation {
    return this.#current.generation;
  }

  /** Those of earlier lives, oldest first. */
  get old(): Generation[] {
    return [...this.#all].filter((generation) => generation !== this.#current.generation);
  }

  get all(): Generation[] {
    return [...this.#all];
  }

  /** Gives an attempt's line to the current launcher. */
  send(message: string): void {
    this.#current.launcher.start(message);
    this.#current.count += 1;
    if (this.#current.count >= attemptsPerLauncher) {
      this.replace("recycled");
    }
  }

  /** Answers whether a new launcher has taken over. */
  replace(why: "recycled" | "ended" | "stuck"): boolean {
    if (this.#isReplacing || this.#isClosed) {
      return false;
    }
    if (why !== "recycled") {
      this.#options.onWarning("launcher replaced", { why, generation: this.current.number });
    }
    const old = this.#current;
    try {
      this.#current = this.#start();
    } catch (error) {
      this.#options.onWarning("launcher could not be started", { err: error });
      return false;
    }
    this.#isReplacing = true;
    this.#takeOver(old.generation, old.launcher, why === "stuck" ? stuckLauncherCloseMs : launcherCloseMs)
      .catch((error: unknown) => this.#options.onWarning("launcher not replaced cleanly", { err: error }))
      .finally(() => {
        this.#isReplacing = false;
      });
    return true;
  }

  /** Tried again until it works: another replacement may be under way, or the disk be full. */
  #replaceEnded(generation: Generation): void {
    if (generation === this.current && !this.#isClosed && !this.replace("ended")) {
      setTimeout(() => this.#replaceEnded(generation), launcherMinimumMs).unref();
    }
  }

  /** Deletes the journal of a generation that nothing needs any more. */
  dropIfUnused(generation: Generation): void {
    if (generation !== this.current && this.#all.has(generation) && !this.#options.isUsed(generation)) {
      this.#all.delete(generation);
      generation.journal.remove();
      rmSync(generation.fifoPath, { force: true });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#current.launcher.abandon();
    for (const generation of this.#all) {
      generation.journal.close();
    }
  }

  #start(): { generation: Generation; launcher: Launcher; count: number } {
    const number = Math.max(0, ...[...this.#all].map((generation) => generation.number)) + 1;
    const { incarnation, shell, searchPath } = this.#options;
    const journal = new Journal(this.#journalPath(number), number);
    journal.append(`h 1 ${incarnation} ${number} .`);
    const generation = newGeneration(number, this.#fifoPath(number), journal);
    const launcher = startLauncher(
      { shell, searchPath, fifoPath: generation.fifoPath, journalPath: journal.path },
      journal,
    );
    this.#all.add(generation);
    journal.watch(() => this.#options.apply(generation));
    const startedAtMs = performance.now();
    launcher.onUnexpectedEnd(() => {
      const livedMs = performance.now() - startedAtMs;
      setTimeout(() => this.#replaceEnded(generation), livedMs < launcherMinimumMs ? launcherMinimumMs : 0);
    });
    return { generation, launcher, count: 0 };
  }

  async #takeOver(generation: Generation, launcher: Launcher, patienceMs: number): Promise<void> {
    const timer = setTimeout(() => launcher.kill(), patienceMs);
    await launcher.close();
    clearTimeout(timer);
    await this.#settle(generation);
    if (!this.#isClosed) {
      this.#options.resend(generation);
      this.dropIfUnused(generation);
    }
  }

  /** Tried again until it works: without it, what was not started can never be sent again. */
  async #settle(generation: Generation): Promise<void> {
    while (!this.#isClosed) {
      try {
        await settle(generation, () => this.#options.apply(generation));
        return;
      } catch (error) {
        this.#options.onWarning("launcher not settled yet", { err: error, generation: generation.number });
        await wait(launcherMinimumMs);
      }
    }
  }

  #findOld(): number[] {
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

/** One that cannot be started is tried again and again, and must not leave its journal open each time. */
function startLauncher(options: LauncherOptions, journal: Journal): Launcher {
  try {
    return new Launcher(options);
  } catch (error) {
    journal.close();
    throw error;
  }
}
