import type { AttemptCgroups } from "./cgroup/attempt-cgroups.ts";
import type { Control } from "./control.ts";
import type { AttemptEnding, How } from "./ending.ts";
import { Termination } from "./processes/termination.ts";
import type { ProcessTree } from "./processes/tree.ts";
import type { Supervision } from "./supervision.ts";
import type { Tracked } from "./tracked.ts";

/** Time between SIGTERM and SIGKILL for processes an attempt left behind. */
const leftoverGraceMs = 2000;

/** Tells the ends of attempts, each once, and not before all of their processes are gone or known to be left alone. */
export class AttemptEnds {
  readonly #supervision: Supervision;
  readonly #groups: AttemptCgroups;
  readonly #control: Control;

  constructor(supervision: Supervision, groups: AttemptCgroups, control: Control) {
    this.#supervision = supervision;
    this.#groups = groups;
    this.#control = control;
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
      leftAlone: null,
      figures: null,
    };
    if (tracked.termination === null && !hasLeftovers) {
      this.#tell(tracked, ending);
    } else {
      void this.#endTree(tracked, ending);
    }
  }

  /** The end is told when all its processes are gone, so that the output is complete and nothing is left running. */
  async #endTree(tracked: Tracked, ending: AttemptEnding): Promise<void> {
    if (tracked.termination !== null) {
      ending.termination = await tracked.termination.done;
    } else if (tracked.tree !== null && this.#supervision.options.leftovers === "report") {
      this.#control.leaveAwake(tracked);
      ending.leftAlone = numbersOf(tracked.tree);
    } else if (tracked.tree !== null) {
      const { key } = tracked.order;
      const { onStep } = this.#supervision.options;
      const order = { signal: "SIGTERM", graceMs: leftoverGraceMs } as const;
      tracked.termination = new Termination(tracked.tree, order, {
        onStep: (step) => onStep?.({ key, step }),
        hasCopier: false,
      });
      ending.leftovers = await tracked.termination.done;
    }
    if (!this.#supervision.isClosed) {
      this.#tell(tracked, ending);
    }
  }

  #tell(tracked: Tracked, ending: AttemptEnding): void {
    if (tracked.group !== null) {
      ending.figures = tracked.group.figures(tracked.order.limits);
      this.#groups.release(tracked.group);
    }
    this.#supervision.options.onEnded(ending);
  }
}

/** A look that fails (no descriptor left) leaves it open how many there are; the end must be told all the same. */
function numbersOf(tree: ProcessTree): number[] | null {
  try {
    const pids = tree.scan().map(({ pid }) => pid);
    return pids.length === 0 ? null : pids;
  } catch {
    return null;
  }
}
