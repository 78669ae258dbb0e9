import { setTimeout as wait } from "node:timers/promises";
import { isGone, type ProcessStat, readStat } from "./proc.ts";
import { type ProcessTree, signalProcess, stopAll } from "./tree.ts";

/**
 * Lets all processes of an attempt stand still, and go on.
 *
 * By its cgroup where it has one: the kernel stops all at one moment, and none of them can notice. Otherwise by SIGSTOP, the
 * parents first (a shell with job control must not see its child stop), again and again until a look finds nobody new; they
 * go on by SIGCONT in the reverse order. One that had stopped before is left as it was.
 *
 * A process that waits in the kernel (state D) stops as soon as it comes back from there, and does nothing until then.
 */
export type Suspension = {
  /** Processes that stand still. */
  processes: number;
  method: "cgroup" | "signals";
};

const patienceMs = 5000;
const lookEveryMs = 5;

/** Answers once all are frozen; null where that cannot be had. `isGivenUp`: something else has been ordered meanwhile. */
export async function suspendByFreezing(tree: ProcessTree, isGivenUp: () => boolean): Promise<Suspension | null> {
  if (isGivenUp() || !tree.freeze()) {
    return null;
  }
  await becomesTrue(() => tree.isFrozen() || areStill(tree.scan(), "D"), isGivenUp);
  return { processes: tree.scan().length, method: "cgroup" };
}

/** `noteStopped` is told who was stopped already. Throws, having changed it back, when some cannot be stopped. */
export async function suspendBySignals(
  tree: ProcessTree,
  noteStopped: (members: readonly ProcessStat[]) => readonly StoppedProcess[],
  isGivenUp: () => boolean,
): Promise<Suspension> {
  if (isGivenUp()) {
    return { processes: 0, method: "signals" };
  }
  const stoppedBefore = noteStopped(stopAll(tree).filter((member) => member.state === "T"));
  const areStopped = await becomesTrue(() => areStill(stopAll(tree), "TtD"), isGivenUp);
  if (!areStopped && !isGivenUp()) {
    const moving = tree.scan().filter(({ state }) => !"TtD".includes(state)).length;
    resumeBySignals(tree, stoppedBefore);
    throw new Error(`${moving} of its processes could not be stopped: they may run as another user.`);
  }
  return { processes: tree.scan().length, method: "signals" };
}

export type StoppedProcess = { pid: number; startTicks: string };

/** Answers how many were woken. */
export function resumeBySignals(tree: ProcessTree, except: readonly StoppedProcess[]): number {
  const isKept = ({ pid, startTicks }: ProcessStat) =>
    except.some((kept) => kept.pid === pid && kept.startTicks === startTicks);
  const members = tree.scan().filter((member) => !isKept(member));
  return members.toReversed().filter((member) => signalProcess(member, "SIGCONT")).length;
}

/** As they are now, not as they were when they were found. */
function areStill(members: readonly ProcessStat[], states: string): boolean {
  return members.every((member) => {
    const stat = readStat(member.pid);
    return stat === null || stat.startTicks !== member.startTicks || isGone(stat) || states.includes(stat.state);
  });
}

async function becomesTrue(condition: () => boolean, isGivenUp: () => boolean): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (!isGivenUp() && performance.now() < deadline) {
    if (condition()) {
      return true;
    }
    await wait(lookEveryMs);
  }
  return false;
}
