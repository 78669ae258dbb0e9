import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StoppedProcess } from "./processes/suspension.ts";

/**
 * One small file for each attempt whose processes this server may have stopped with SIGSTOP, written before it does so.
 * When the server is killed in between, the next one knows from it which attempts to wake; without it, a process that
 * stands still could as well have stopped itself. The file names those that had.
 */
export class StopNotes {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  write(key: string, stoppedBefore: readonly StoppedProcess[]): void {
    const lines = stoppedBefore.map(({ pid, startTicks }) => `${pid} ${startTicks}\n`);
    writeFileSync(join(this.#directory, key), lines.join(""), { mode: 0o600 });
  }

  /** Those that had stopped before; null when this server has stopped nothing of it. */
  read(key: string): StoppedProcess[] | null {
    try {
      const lines = readFileSync(join(this.#directory, key), "utf8").split("\n").filter(Boolean);
      return lines.map((line) => {
        const [pid, startTicks = ""] = line.split(" ");
        return { pid: Number(pid), startTicks };
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return null;
      }
      throw error;
    }
  }

  /** Removes what earlier lives left of attempts that are not known any more. */
  sweep(isKnown: (key: string) => boolean): void {
    for (const key of readdirSync(this.#directory)) {
      if (!isKnown(key)) {
        this.remove(key);
      }
    }
  }

  remove(key: string): void {
    rmSync(join(this.#directory, key), { force: true });
  }
}
