import { ApiFailure } from "../../client/client.ts";
import { followOutput } from "../../client/follow.ts";
import type { TaskDetail } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { type BufferedLine, LineBuffer } from "../terminal/line-buffer.ts";

export type OutputSnapshot = {
  /** Grows with every change; the lines are one array that is changed in place. */
  version: number;
  lines: readonly BufferedLine[];
  droppedLines: number;
  /** Bytes before the first one loaded. */
  skippedBytes: number;
  /** Bytes written up to now, as far as they have come. */
  sizeBytes: number;
  isOver: boolean;
  /** Broken off twice in a row. Once is nothing: it goes on from the same byte. */
  isInterrupted: boolean;
  error: Error | null;
};

/** More than this is not loaded at once, but from near its end; the rest comes where somebody looks. */
const wholeBytes = 4_000_000;
const tailBytes = 1_000_000;
const numberTries = 5;
const numberPauseMs = 2000;

type OutputSource = { id: number; attempt: number | undefined; sizeBytes: number };

/** From this many lines on, laying them out costs more than a frame, so it is done less often. */
const manyLines = 20_000;
const slowFlushMs = 120;
const calmMs = 3000;

/**
 * The output of one attempt as it comes. However fast a task writes, the page hears of it once per animation frame.
 */
export class OutputStore {
  readonly #listeners = new Set<() => void>();
  readonly #aborter = new AbortController();
  #buffer = new LineBuffer();
  #snapshot: OutputSnapshot;
  #lineToNumber: { offset: number; number: number } | null = null;
  #isHeld = false;
  #isFlushDue = false;
  #breaks = 0;
  #calmTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#snapshot = {
      version: 0,
      lines: this.#buffer.lines,
      droppedLines: 0,
      skippedBytes: 0,
      sizeBytes: 0,
      isOver: false,
      isInterrupted: false,
      error: null,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): OutputSnapshot => this.#snapshot;

  stop(): void {
    clearTimeout(this.#calmTimer);
    this.#aborter.abort();
  }

  /** While held, more is kept, so that what somebody reads does not fall out soon. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#buffer.isHeld = isHeld;
  }

  /** Reads until the output ends or the store is stopped. Tells how the task ended, when it does. */
  async follow(source: OutputSource, onEnd: (task: TaskDetail) => void): Promise<void> {
    const { signal } = this.#aborter;
    const { id, attempt } = source;
    try {
      const isLarge = source.sizeBytes > wholeBytes;
      const buffer = new LineBuffer(isLarge ? "middle" : "beginning");
      this.#buffer = buffer;
      buffer.isHeld = this.#isHeld;
      if (isLarge) {
        void this.#number(buffer, source);
      }
      const offset = isLarge ? source.sizeBytes - tailBytes : 0;
      const options = { offset, signal, ...(attempt === undefined ? {} : { attempt }) };
      for await (const event of followOutput(client, id, options)) {
        switch (event.kind) {
          case "output":
            this.#breaks = 0;
            this.#buffer.write(event.offset, event.data);
            this.#flushSoon();
            break;
          case "interrupted":
            this.#noteBreak(event.retryInMs);
            break;
          case "resumed":
            this.#breaks = 0;
            break;
          case "end":
            onEnd(event.task);
            this.#breaks = 0;
            buffer.end();
            this.#publish({ isOver: true });
            // What was counted as it came counts lines that the output limit has removed since.
            if ((buffer.nextOffset ?? 0) > wholeBytes) {
              await this.#number(buffer, source);
            }
            return;
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#publish(isNoOutput(error) ? { isOver: true } : { error: error as Error });
      }
    }
  }

  /**
   * Numbers the lines of a large output: to count a gigabyte takes the server seconds, which its end need not wait for. When
   * the server is away, or a flood has carried the line off by then, it is asked again.
   */
  async #number(buffer: LineBuffer, { id, attempt }: OutputSource): Promise<void> {
    const query = { from: -1, count: 1, attempt };
    const { signal } = this.#aborter;
    for (let tries = 0; tries < numberTries && !signal.aborted; tries += 1) {
      const last = await client.call(contract.getOutputLines, { params: { id }, query }, { signal }).catch(() => null);
      this.#lineToNumber = last?.lines[0] ?? null;
      this.#flushSoon();
      await new Promise((resolve) => setTimeout(resolve, numberPauseMs));
      if (last !== null && buffer.lines.at(-1)?.number !== null) {
        return;
      }
    }
  }

  /** A stream that is open again but silent says nothing: when no further break follows, the break is over. */
  #noteBreak(retryInMs: number): void {
    this.#breaks += 1;
    clearTimeout(this.#calmTimer);
    this.#calmTimer = setTimeout(() => {
      this.#breaks = 0;
      this.#flushSoon();
    }, retryInMs + calmMs);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushDue) {
      return;
    }
    this.#isFlushDue = true;
    const flush = () => {
      this.#isFlushDue = false;
      this.#publish({});
    };
    if (this.#buffer.lines.length > manyLines || document.hidden) {
      setTimeout(flush, slowFlushMs);
    } else {
      requestAnimationFrame(flush);
    }
  }

  /** The line whose number is known may come only later. */
  #numberLines(): void {
    if (this.#lineToNumber !== null && (this.#buffer.nextOffset ?? 0) > this.#lineToNumber.offset) {
      this.#buffer.number(this.#lineToNumber);
      this.#lineToNumber = null;
    }
  }

  #publish(change: Partial<OutputSnapshot>): void {
    this.#numberLines();
    this.#snapshot = {
      ...this.#snapshot,
      version: this.#snapshot.version + 1,
      lines: this.#buffer.lines,
      droppedLines: this.#buffer.droppedLines,
      skippedBytes: this.#buffer.firstOffset ?? 0,
      sizeBytes: this.#buffer.nextOffset ?? 0,
      isInterrupted: this.#breaks > 1,
      ...change,
    };
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** A task that never got as far as an attempt has no output to ask for. */
function isNoOutput(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 404;
}
