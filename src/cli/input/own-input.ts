import { maxInputBytes } from "../../contract/index.ts";
import { type Deps, tell } from "../deps.ts";
import { CliFailure } from "../failure.ts";
import { createEscapeFilter } from "./escape.ts";

/**
 * Our own standard input while a task gets it: the chunks that came since they were asked for the last time, as one.
 *
 * It is read by events and not by its iterator, because a question to the person has to be able to take the terminal
 * over for a moment (`hold`, `release`). Nothing is read ahead beyond what fits into one request.
 */
export type OwnInputOptions = {
  /** Every key goes to the task, Ctrl-C too; `~.` at the start of a line detaches. */
  isRaw: boolean;
  onDetach: () => void;
};

export class OwnInput implements AsyncIterable<Buffer> {
  readonly #deps: Deps;
  readonly #options: OwnInputOptions;
  readonly #filter = createEscapeFilter();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #hasEnded = false;
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(deps: Deps, options: OwnInputOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Begins to read. */
  open(): void {
    const { stdin } = this.#deps;
    stdin.on("end", this.#onEnd);
    stdin.on("error", this.#onError);
    this.release();
    if (this.#options.isRaw) {
      tell(this.#deps, "every key goes to the task, Ctrl-C too; Enter ~ . leaves the task alone and ends this");
    }
  }

  /** Lets somebody else read the terminal. */
  hold(): void {
    this.#deps.stdin.off("data", this.#onData);
    this.#deps.stdin.pause();
  }

  /** Reads on. */
  release(): void {
    const { stdin } = this.#deps;
    if (this.#hasEnded) {
      return;
    }
    this.#setRaw(true);
    stdin.on("data", this.#onData);
    this.#readOn();
  }

  /** Ends the reading and gives the terminal back as it was. A program that writes to us learns that nobody reads. */
  close(): void {
    const { stdin } = this.#deps;
    stdin.off("data", this.#onData);
    stdin.off("end", this.#onEnd);
    if (stdin.isTTY === true) {
      // Not destroyed: a question may still have to be asked.
      this.#setRaw(false);
      stdin.pause();
    } else {
      stdin.destroy();
    }
    this.#onEnd();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const bytes = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      if (bytes.length > 0) {
        this.#readOn();
        yield bytes;
      } else if (this.#failure !== null) {
        throw this.#failure;
      } else if (this.#hasEnded) {
        return;
      } else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    const { bytes, isDetach } = this.#options.isRaw
      ? this.#filter(chunk)
      : { bytes: Buffer.from(chunk), isDetach: false };
    if (bytes.length > 0) {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
    }
    if (this.#waitingBytes >= maxInputBytes) {
      this.#deps.stdin.pause();
    }
    if (isDetach) {
      this.close();
      this.#options.onDetach();
    }
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#wake();
  };

  readonly #onError = (error: Error): void => {
    this.#failure = new CliFailure(`Standard input cannot be read: ${error.message}.`, { cause: error });
    this.#onEnd();
  };

  #readOn(): void {
    if (!this.#hasEnded && this.#waitingBytes < maxInputBytes) {
      this.#deps.stdin.resume();
    }
  }

  #setRaw(isRaw: boolean): void {
    if (this.#options.isRaw) {
      this.#deps.stdin.setRawMode(isRaw);
    }
  }
}
