import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testDirectory } from "./directory.ts";

/** Where Debian has libfaketime, by architecture. */
const library = findLibrary();

export const canTurnClock = library !== null;
if (!canTurnClock) {
  process.stderr.write("SKIPPED: a wall clock that is turned; libfaketime is not installed\n");
}

/**
 * A server's wall clock, which can be turned while it runs; its other clocks go on as they do. The launcher and the tasks,
 * whose environment is made from nothing, keep the real one: what they wrote before a turn is as it would be.
 */
export class WallClock {
  readonly environment: Record<string, string>;
  readonly #path = join(testDirectory(), "clock");
  #offsetMs = 0;

  constructor() {
    this.turn(0);
    this.environment = {
      LD_PRELOAD: library ?? "",
      FAKETIME_TIMESTAMP_FILE: this.#path,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    };
  }

  /** So many hours ahead of the real one, or behind it when negative. */
  turn(hours: number): void {
    this.#offsetMs = hours * 3_600_000;
    writeFileSync(this.#path, `${hours < 0 ? "" : "+"}${hours * 3600}s\n`);
  }

  now(): number {
    return Date.now() + this.#offsetMs;
  }
}

function findLibrary(): string | null {
  const root = "/usr/lib";
  for (const name of existsSync(root) ? readdirSync(root) : []) {
    const path = join(root, name, "faketime", "libfaketime.so.1");
    if (existsSync(path)) {
      return path;
    }
  }
  return null;
}
