import type { AttemptCgroup } from "./cgroup/attempt-cgroup.ts";
import type { How } from "./ending.ts";
import type { Generation } from "./generation.ts";
import type { InputTarget } from "./input.ts";
import { exitStatus } from "./journal/record.ts";
import { type AttemptOrder, takesInput } from "./order.ts";
import type { Termination, TerminationOrder } from "./processes/termination.ts";
import type { ProcessTree } from "./processes/tree.ts";

/** What the supervisor knows of one attempt. The states it goes through are told in supervisor.ts. */
export type Tracked = {
  order: AttemptOrder;
  /** The launcher it was ordered from, and whose journal tells of it. */
  generation: Generation;
  orderedAtMs: number;
  mayHaveFiles: boolean;
  /** It was to be sent again and could not be: the tick tries. */
  isUnsent: boolean;
  process: { pid: number; shimPid: number; startTicks: string; atMs: number } | null;
  /** Why it could not start; null when it could, or nothing is known. */
  problem: string | null;
  /** The shell called its end an exit and not a signal. */
  isExit: boolean;
  isOrphaned: boolean;
  isOver: boolean;
  /** Ordered by an earlier life of the server, and not again by this one. */
  isOfEarlierLife: boolean;
  /** Its control group; null when it runs without. */
  group: AttemptCgroup | null;
  tree: ProcessTree | null;
  isSuspended: boolean;
  mayHaveStopNote: boolean;
  /** Counts the orders to suspend and to resume. */
  turn: number;
  /** Settles when the suspending or resuming under way is done. */
  lastTurn: Promise<unknown>;
  termination: Termination | null;
  /** Endings ordered before its process was known. */
  awaitedEndings: TerminationOrder[];
};

export function track(order: AttemptOrder, generation: Generation): Tracked {
  return {
    order,
    generation,
    orderedAtMs: performance.now(),
    mayHaveFiles: true,
    isUnsent: false,
    process: null,
    problem: null,
    isExit: false,
    isOrphaned: false,
    isOver: false,
    isOfEarlierLife: false,
    group: null,
    tree: null,
    isSuspended: false,
    mayHaveStopNote: false,
    turn: 0,
    lastTurn: Promise.resolve(),
    termination: null,
    awaitedEndings: [],
  };
}

/** What writing to its standard input needs to know of it. */
export function inputTarget(tracked: Tracked | undefined, base: string): InputTarget | null {
  if (tracked === undefined) {
    return null;
  }
  const { order, process, isOver } = tracked;
  return { base, takesInput: takesInput(order), shimPid: process?.shimPid ?? null, isOver };
}

/** What the status its shim saw means. */
export function howItEnded(tracked: Tracked, { status, isSure }: { status: number; isSure: boolean }): How {
  if (tracked.problem !== null) {
    return { kind: "not_started", problem: tracked.problem };
  }
  if (status > 128 && !isSure) {
    return { kind: "unknown" };
  }
  const exit = exitStatus(status, tracked.isExit);
  return exit.signal === null ? { kind: "exited", code: exit.code } : { kind: "signalled", signal: exit.signal };
}
