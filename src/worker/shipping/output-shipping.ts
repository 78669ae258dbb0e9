import { setTimeout as wait } from "node:timers/promises";
import type { Dispatcher } from "../../dispatch/dispatcher.ts";
import type { Log } from "../../log/log.ts";
import type { AttemptRef, OutputStore } from "../../output/output.ts";
import type { OutputBlocks } from "../../store/output-blocks.ts";
import type { OutputMarks } from "../../store/output-marks.ts";
import type { AttemptKey } from "../../store/store.ts";
import type { SentFiles } from "./sent-files.ts";
import { ShippedMarks } from "./shipped-marks.ts";
import { ShippedOutput, type Step } from "./shipped-output.ts";
import { createTurns } from "./turns.ts";

/**
 * Brings what attempts write on this node to the record, where every machine can read it.
 *
 * while it runs   An output that somebody follows is looked at ten times a second, any other every five seconds. Who
 *                 follows says so every few seconds; a lost word about it costs them a slower stream, nothing else.
 * at its end      All that is kept is in the record before the end is (see reports.ts): whoever sees that a task is over
 *                 can read all of it. Tried until the database answers, as the end itself.
 * marks           Which bytes came from standard error goes at the same looks, of attempts that were asked to mark it, and
 *                 before the bytes: who reads those finds the marks of all of them, but for the moment their copier takes.
 * a flood         Two blocks at once for the whole node, first come first served: memory is bounded by that, and an
 *                 attempt that writes without end has one turn like any other. What it writes faster than that, the cap
 *                 removes before it was sent. And what does not shrink is sent at a pace that leaves the database to the
 *                 others: the cap would take most of it back.
 */
export type OutputShippingOptions = {
  blocks: OutputBlocks;
  marks: OutputMarks;
  output: Pick<OutputStore, "gap" | "read" | "size" | "stderrMarks">;
  poke: Dispatcher["poke"];
  sentFiles: SentFiles;
  log: Log;
  /** How often an output that nobody follows is looked at. */
  restMs?: number;
};

/** `fenced`: the attempt is not this node's any more. `stopped`: the server stops; its successor goes on. */
export type Shipped = "complete" | "fenced" | "stopped";

type Held = {
  shipped: ShippedOutput;
  /** Null when it was not asked to mark its standard error. */
  marks: ShippedMarks | null;
  nextLookMs: number;
  pauseMs: number;
  isEnding: boolean;
  isFenced: boolean;
  underWay: Promise<void> | null;
};

/** What brings one part of an output to the record, a row at a time. */
type Part = { shipNext(end: number): Promise<Step>; readonly sentBytes: number };

const blocksAtOnce = 2;
const lookIntervalMs = 100;
const usualRestMs = 5000;
/** Longer than the time between two words of a follower, so that one may be lost. */
const interestMs = 10_000;
const firstPauseMs = 500;
const longestPauseMs = 5000;
/** Of one output while it is written, as the database keeps it. */
const bytesPerMs = 16_000;

export class OutputShipping {
  readonly #options: OutputShippingOptions;
  readonly #held = new Map<string, Held>();
  /** Until when outputs count as followed; also of attempts that are not held (yet). */
  readonly #followed = new Map<string, number>();
  readonly #turns = createTurns(blocksAtOnce);
  readonly #restMs: number;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: OutputShippingOptions) {
    this.#options = options;
    this.#restMs = options.restMs ?? usualRestMs;
  }

  /** Begins to look at what is held. */
  start(): void {
    this.#timer = setInterval(() => this.#lookAround(), lookIntervalMs).unref();
    this.#options.sentFiles.start();
  }

  /** What is not sent stays in the file, for the next start. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer ?? undefined);
    this.#options.sentFiles.stop();
  }

  /**
   * This node runs it. `isNew`: claimed just now, so nothing of it can be in the record. `isMarked`: what it writes to
   * standard error is marked.
   */
  hold(key: AttemptKey, { isNew, isMarked = false }: { isNew: boolean; isMarked?: boolean }): void {
    this.#held.set(nameOf(key), {
      shipped: new ShippedOutput(key, this.#options, { isNew }),
      marks: isMarked ? new ShippedMarks(key, this.#options, { isNew }) : null,
      // One of an earlier life may have waited for long.
      nextLookMs: performance.now() + (isNew ? this.#restMs : 0),
      pauseMs: firstPauseMs,
      isEnding: false,
      isFenced: false,
      underWay: null,
    });
  }

  /** This node runs it, and not all of it was sent. */
  isHeld(attempt: AttemptRef): boolean {
    return this.#held.has(nameOf(attempt));
  }

  /** Somebody follows it now, perhaps on another machine. */
  followed(attempt: AttemptRef): void {
    const now = performance.now();
    this.#followed.set(nameOf(attempt), now + interestMs);
    const held = this.#held.get(nameOf(attempt));
    if (held !== undefined) {
      this.#look(held, now);
    }
  }

  /** Sends the rest of an output nobody writes to any more, up to its size. Then it is no longer looked at. */
  async complete(key: AttemptKey, size: number): Promise<Shipped> {
    const held = this.#held.get(nameOf(key));
    if (held === undefined) {
      return "complete";
    }
    held.isEnding = true;
    await held.underWay;
    let isSent = false;
    while (!isSent && !this.#isStopped && !held.isFenced) {
      try {
        isSent = await this.#shipTo(held, size, Number.POSITIVE_INFINITY);
      } catch (error) {
        this.#tell(error, key);
        await wait(this.#nextPause(held), undefined, { ref: false });
      }
    }
    this.#held.delete(nameOf(key));
    if (held.isFenced) {
      return "fenced";
    }
    return isSent ? "complete" : "stopped";
  }

  /** Its end is in the record, or (not `isOurs`) the record has another. Its file is not needed any more. */
  ended(attempt: AttemptRef, { isOurs }: { isOurs: boolean }): void {
    if (isOurs) {
      this.#options.sentFiles.add(attempt);
    } else {
      void this.#options.sentFiles.drop(attempt);
    }
  }

  #lookAround(): void {
    const now = performance.now();
    for (const [name, untilMs] of this.#followed) {
      if (untilMs <= now) {
        this.#followed.delete(name);
      }
    }
    for (const [name, held] of this.#held) {
      if (now >= held.nextLookMs || this.#followed.has(name)) {
        this.#look(held, now);
      }
    }
  }

  #look(held: Held, now: number): void {
    const isPausing = held.pauseMs > firstPauseMs && now < held.nextLookMs;
    if (held.underWay !== null || held.isEnding || held.isFenced || isPausing || this.#isStopped) {
      return;
    }
    held.nextLookMs = now + this.#restMs;
    held.underWay = this.#shipNew(held).finally(() => {
      held.underWay = null;
    });
  }

  async #shipNew(held: Held): Promise<void> {
    const { key } = held.shipped;
    try {
      const size = await this.#options.output.size(key);
      if (size > held.shipped.position || held.marks !== null) {
        await this.#shipTo(held, size, bytesPerMs);
      }
      held.pauseMs = firstPauseMs;
    } catch (error) {
      this.#tell(error, key);
      held.nextLookMs = performance.now() + this.#nextPause(held);
    }
  }

  /** False when stopped before all of it was sent. */
  async #shipTo(held: Held, end: number, pace: number): Promise<boolean> {
    if (held.marks !== null && !(await this.#shipPart(held, held.marks, end, pace))) {
      return false;
    }
    return held.isFenced || (await this.#shipPart(held, held.shipped, end, pace));
  }

  async #shipPart(held: Held, part: Part, end: number, pace: number): Promise<boolean> {
    const { taskId, attempt } = held.shipped.key;
    while (!this.#isStopped) {
      const sentBefore = part.sentBytes;
      const step = await this.#turns.take(() => part.shipNext(end));
      held.isFenced ||= step === "fenced";
      if (step !== "more") {
        return true;
      }
      void this.#options.poke({ topic: "output", taskId, attempt });
      const pauseMs = (part.sentBytes - sentBefore) / pace;
      if (pauseMs >= 1 && !held.isEnding) {
        await wait(pauseMs, undefined, { ref: false });
      }
    }
    return false;
  }

  #tell(error: unknown, key: AttemptKey): void {
    // Once it is stopped the record is closed, too.
    if (!this.#isStopped) {
      this.#options.log.error({ err: error, ...key }, "output not sent yet, trying again");
    }
  }

  #nextPause(held: Held): number {
    const pauseMs = held.pauseMs;
    held.pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    return pauseMs;
  }
}

function nameOf({ taskId, attempt }: AttemptRef): string {
  return `${taskId}.${attempt}`;
}
