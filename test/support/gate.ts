import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";

/**
 * Holds any number of a test's tasks until they are let go, without their asking again and again: hundreds of loops that
 * sleep take a small machine's whole processor. They wait in the opening of a named pipe until somebody opens it to write.
 */
export class Gate {
  readonly #path: string;

  constructor(path: string) {
    execFileSync("mkfifo", [path]);
    this.#path = path;
  }

  /** Words for a shell that wait here. */
  get wait(): string {
    return `: <${this.#path}`;
  }

  /** Lets all go that wait, and all that come later. Stays open until the test's process ends. */
  open(): void {
    openSync(this.#path, "r+");
  }
}
