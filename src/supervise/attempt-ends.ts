import type { AttemptEnding, How } from "./ending.ts";
import { Termination } from "./processes/termination.ts";
import type { Supervision } from "./supervision.ts";
import type { Tracked } from "./tracked.ts";

/** Time between SIGTERM and SIGKILL for processes an attempt left behind. */
const leftoverGraceMs = 2000;

/** Tells the ends of attempts, each once, and not before all of their processes are gone. */
export class AttemptEnds {
  readonly #supervision: Supervision;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
  }

  /** Nothing when its end was told before. */
  end(tracked: Tracked, how: How, endedAtMs: number, cpuMs: number | null): void {
    if (tracked.isOver) {
      return;
    }
    tracked.isOver = true;
    const ranMs = endedAtMs - (tracked.process?.atMs ?? endedAtMs);
    const hasLeftovers = tracked.termination === null && (tracked.tree?.hasLeftovers(ranMs) ?? false);
    const ending: AttemptEnding = {
      key: tracked.order.key,
      how,
      pid: tracked.process?.pid ?? null,
      startedAtMs: how.kind === "not_started" ? null : (tracked.process?.atMs ?? null),
      endedAtMs,
      cpuMs,
      termination: null,
      leftovers: null,
    };
    if (tracked.termination === null && !hasLeftovers) {
      this.#supervision.options.onEnded(ending);
    } else {
      void this.#endTree(tracked, ending);
    }
  }

  /** The end is told when all its processes are gone, so that the output is complete and nothing is left running. */
  async #endTree(tracked: Tracked, ending: AttemptEnding): Promise<void> {
    if (tracked.termination !== null) {
      ending.termination = await tracked.termination.done;
    } else if (tracked.tree !== null) {
      tracked.termination = new Termination(tracked.tree, { signal: "SIGTERM", graceMs: leftoverGraceMs });
      ending.leftovers = await tracked.termination.done;
    }
    if (!this.#supervision.isClosed) {
      this.#supervision.options.onEnded(ending);
    }
  }
}
