import type { AttemptEnds } from "./attempt-ends.ts";
import type { Generation } from "./generation.ts";
import type { JournalNotes } from "./journal-notes.ts";
import { isAlive, readCommandLine, readStat } from "./processes/proc.ts";
import type { Supervision } from "./supervision.ts";
import type { Tracked } from "./tracked.ts";

/** Looks whether the shims of running attempts live, and says what becomes of an attempt whose shim does not. */
export class ShimWatch {
  readonly #supervision: Supervision;
  readonly #notes: JournalNotes;
  readonly #ends: AttemptEnds;

  constructor(supervision: Supervision, notes: JournalNotes, ends: AttemptEnds) {
    this.#supervision = supervision;
    this.#notes = notes;
    this.#ends = ends;
  }

  /** A look that fails (no descriptor left) says nothing about the process; the next one tells. */
  check(tracked: Tracked): void {
    try {
      this.#check(tracked);
    } catch (error) {
      const { options } = this.#supervision;
      options.onWarning("process could not be looked at", { err: error, key: tracked.order.key });
    }
  }

  #check(tracked: Tracked): void {
    const { process: started, generation, order } = tracked;
    if (started === null || isShim(started, generation)) {
      return;
    }
    this.#notes.apply(generation);
    if (tracked.isOver) {
      return;
    }
    if (!isAlive(started)) {
      const { problem } = tracked;
      const how = problem === null ? ({ kind: "unknown" } as const) : ({ kind: "not_started", problem } as const);
      this.#ends.end(tracked, how, Date.now(), null);
    } else if (!tracked.isOrphaned) {
      tracked.isOrphaned = true;
      this.#supervision.options.onOrphaned({ key: order.key });
    }
  }
}

/**
 * A shim is known by its command line, which names the FIFO; and by having been there before what it started, since its
 * number may have become that of another attempt's shim.
 */
function isShim(started: { shimPid: number; startTicks: string }, generation: Generation): boolean {
  const isNamed = readCommandLine(started.shimPid)?.split("\0").includes(generation.fifoPath) ?? false;
  return isNamed && Number(readStat(started.shimPid)?.startTicks) <= Number(started.startTicks);
}
