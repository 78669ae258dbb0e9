import { setTimeout as wait } from "node:timers/promises";
import { isOfFrame } from "../frame.ts";
import { hasPending, isGone, type ProcessStat, readStat } from "./proc.ts";
import { type ProcessTree, signalProcess, stopAll } from "./tree.ts";

/**
 * Lets all processes of an attempt stand still, and go on.
 *
 * By its cgroup where it has one: the kernel stops all at one moment, and none of them can notice. Otherwise by SIGSTOP, the
 * parents first (a shell with job control must not see its child stop), again and again until a look finds nobody new; they
 * go on by SIGCONT in the reverse order. One that had stopped before is left as it was.
 *
 * The frame (frame.ts) is not stopped by signals; it has nothing to do while the program stands still. script(1) would miss
 * its child's end: while it has the notice of a stop still before it, the kernel adds no second one, and a notice of a stop
 * does not make it look whether the child is there. So an attempt on a terminal that ended right after it was resumed
 * never ended. (One that a person starts in a task may still do so, as at any shell.)
 *
 * Some programs (script, sudo, shells with job control) stop themselves when they learn that their child was stopped, and
 * learn it only once they go on. So for a while those that have stopped again are woken again: until all wait
 * for something and none has a notice of a child (SIGCHLD) before it.
 *
 * A process that waits in the kernel (state D) stops as soon as it comes back from there, and does nothing until then.
 */
export type Suspension = {
  /** Processes that stand still. */
  processes: number;
  method: "cgroup" | "signals";
};

const patienceMs = 5000;
const firstLookMs = 5;
const slowestLookMs = 200;
const enoughQuietLooks = 3;

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
  const members = tree.scan().filter(isOfProgram);
  const stoppedBefore = noteStopped(members.filter((member) => member.state === "T"));
  for (const member of members) {
    signalProcess(member, "SIGSTOP");
  }
  const areStopped = await becomesTrue(() => {
    const stopped = stopAll(tree, isOfProgram);
    // Without any, the frame has not started the program yet, or the program has just ended.
    return stopped.length > 0 && areStill(stopped, "TtD");
  }, isGivenUp);
  const program = tree.scan().filter(isOfProgram);
  if (!areStopped && !isGivenUp()) {
    resumeBySignals(tree, stoppedBefore);
    throw new Error(
      program.length === 0
        ? "There is no process of its program that could be stopped."
        : `${program.filter(isMoving).length} of its processes could not be stopped: they may run as another user.`,
    );
  }
  return { processes: program.length, method: "signals" };
}

function isOfProgram(member: ProcessStat): boolean {
  return !isOfFrame(member);
}

function isMoving({ state }: ProcessStat): boolean {
  return !"TtD".includes(state);
}

export type StoppedProcess = { pid: number; startTicks: string };

/**
 * Children first, the reverse of the order in which they were stopped; those that waited in the kernel and have the stop
 * still before them, too. Answers how many go on.
 */
export function resumeBySignals(tree: ProcessTree, except: readonly StoppedProcess[]): number {
  const members = tree.scan().filter((member) => !isAmong(except, member));
  return members.toReversed().filter((member) => signalProcess(member, "SIGCONT")).length;
}

/** Goes on waking those that stop again because their children were stopped, until all have settled. */
export async function keepAwake(
  tree: ProcessTree,
  except: readonly StoppedProcess[],
  isGivenUp: () => boolean,
): Promise<void> {
  let quietLooks = 0;
  await becomesTrue(() => {
    const members = tree.scan();
    const stopped = members.filter((member) => member.state === "T" && !isAmong(except, member));
    for (const member of stopped.toReversed()) {
      signalProcess(member, "SIGCONT");
    }
    quietLooks = stopped.length === 0 && members.every(hasSettled) ? quietLooks + 1 : 0;
    return quietLooks === enoughQuietLooks;
  }, isGivenUp);
}

function isAmong(stopped: readonly StoppedProcess[], { pid, startTicks }: ProcessStat): boolean {
  return stopped.some((one) => one.pid === pid && one.startTicks === startTicks);
}

/** It waits for something, and has taken notice of what became of its children. */
function hasSettled({ pid, state }: ProcessStat): boolean {
  return state !== "R" && !hasPending(pid, "SIGCHLD");
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
  let pauseMs = firstLookMs;
  while (!isGivenUp() && performance.now() < deadline) {
    if (condition()) {
      return true;
    }
    await wait(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, slowestLookMs);
  }
  return false;
}
