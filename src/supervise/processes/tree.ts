import { markerName } from "../launcher/snippet.ts";
import { hasEnvironment, isGone, listPids, type ProcessStat, readFdLink, readLastPid, readStat } from "./proc.ts";

/**
 * All processes of an attempt, found by four signs, any of which is enough:
 *   - descends from a known one, - shares its process group or session,
 *   - carries the attempt's marker in its environment, - writes to the attempt's output file.
 * A process escapes only if it leaves its parent (double fork), its group and session (setsid), clears its environment
 * and closes its output: a true daemon. Every process once seen stays known by pid and start time, so one that escapes
 * later is still found.
 */
export type TreeRoot = {
  key: string;
  pid: number;
  startTicks: string;
  outputPath: string;
  /** Session of the launcher, which its attempts' groups keep unless they are started by setsid; null when unknown. */
  sessionId: number | null;
};

export class ProcessTree {
  readonly #root: TreeRoot;
  readonly #known = new Map<number, string>();

  constructor(root: TreeRoot) {
    this.#root = root;
    this.#known.set(root.pid, root.startTicks);
  }

  /**
   * The living members, found by a walk over all processes; each is told as soon as it is found. Parents come before
   * their children: signalled in this order, a shell ends by the signal and not by its child's end.
   */
  scan(onFound: (member: ProcessStat) => void = () => undefined): ProcessStat[] {
    const isLeaderThere = this.#isLeader(readStat(this.#root.pid));
    const members = new Map<number, ProcessStat>();
    const strangers: ProcessStat[] = [];
    const add = (stat: ProcessStat) => {
      members.set(stat.pid, stat);
      this.#known.set(stat.pid, stat.startTicks);
      onFound(stat);
    };
    for (const stat of eachProcess()) {
      const isKnown = this.#known.get(stat.pid) === stat.startTicks;
      if (isKnown || this.#sharesGroup(stat, isLeaderThere) || this.#isMarked(stat.pid)) {
        add(stat);
      } else {
        strangers.push(stat);
      }
    }
    addDescendants(members, strangers, add);
    return [...members.values()].sort((a, b) => a.pid - b.pid);
  }

  /**
   * True when processes may be left of an attempt that has ended by itself; a scan tells for sure.
   *
   * Asked at every end, so it must be cheap: one system call for the group, and for those that left the group a look only
   * at processes that can be younger than the attempt. Numbers are given in rising order, so those are the ones above the
   * root's, unless the numbers have begun again from the bottom since; then, and for an attempt long enough for that to
   * have happened, it looks at all.
   */
  hasLeftovers(ranMs: number): boolean {
    try {
      const mayHaveWrapped = ranMs > longestWithoutWrapMs || readLastPid() < this.#root.pid;
      const isYounger = (pid: number) => mayHaveWrapped || pid > this.#root.pid;
      return this.#hasGroup() || listPids().some((pid) => isYounger(pid) && this.#isMarked(pid));
    } catch {
      // A look that failed (no descriptor left) has not shown that there is nothing.
      return true;
    }
  }

  #hasGroup(): boolean {
    try {
      process.kill(-this.#root.pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  }

  #isLeader(stat: ProcessStat | null): boolean {
    return stat !== null && stat.startTicks === this.#root.startTicks;
  }

  /**
   * While the leader is there its number is nobody else's. Once it is gone the number may become that of a foreign daemon
   * whose own leader has ended: then a group counts only within the launcher's session, where no daemon is.
   */
  #sharesGroup(stat: ProcessStat, isLeaderThere: boolean): boolean {
    const { pid, sessionId } = this.#root;
    if (isLeaderThere) {
      return stat.groupId === pid || stat.sessionId === pid;
    }
    return stat.groupId === pid && stat.sessionId === sessionId;
  }

  #isMarked(pid: number): boolean {
    return (
      hasEnvironment(pid, `${markerName}=${this.#root.key}`) ||
      readFdLink(pid, 1) === this.#root.outputPath ||
      readFdLink(pid, 2) === this.#root.outputPath
    );
  }
}

/** Far less than a machine needs to give out all its process numbers (32,768 at the least). */
const longestWithoutWrapMs = 5000;

function addDescendants(
  members: ReadonlyMap<number, ProcessStat>,
  others: readonly ProcessStat[],
  add: (stat: ProcessStat) => void,
): void {
  let hasGrown = members.size > 0;
  while (hasGrown) {
    hasGrown = false;
    for (const stat of others) {
      if (!members.has(stat.pid) && members.has(stat.parentPid)) {
        add(stat);
        hasGrown = true;
      }
    }
  }
}

/**
 * Everybody but the first process and this one, the newest first, since those are the ones that may be gone in a moment.
 * A list of processes is not of one moment: one may fork after it was made and be gone before it is looked at. So the
 * list is made again until it has nobody new; on a machine where processes come and go all the time, not for ever.
 */
function* eachProcess(): Iterable<ProcessStat> {
  const seen = new Set([1, process.pid]);
  for (let round = 0; round < mostRounds; round += 1) {
    const newcomers = listPids().filter((pid) => !seen.has(pid));
    if (newcomers.length === 0) {
      return;
    }
    for (const pid of newcomers.reverse()) {
      seen.add(pid);
      const stat = readStat(pid);
      if (stat !== null && !isGone(stat)) {
        yield stat;
      }
    }
  }
}

const mostRounds = 20;

/** Signals exactly this process: its start time is compared right before. Answers whether it was there. */
export function signalProcess(target: { pid: number; startTicks: string }, signal: NodeJS.Signals): boolean {
  const stat = target.pid > 1 ? readStat(target.pid) : null;
  if (stat === null || stat.startTicks !== target.startTicks || isGone(stat)) {
    return false;
  }
  try {
    process.kill(target.pid, signal);
    return true;
  } catch (error) {
    // Gone between the look and the signal, or it changed its user to one we may not signal: found again by the scan.
    if ((error as NodeJS.ErrnoException).code === "ESRCH" || (error as NodeJS.ErrnoException).code === "EPERM") {
      return false;
    }
    throw error;
  }
}
