import { markerName } from "../launcher/snippet.ts";
import { hasEnvironment, isGone, listPids, type ProcessStat, readFdLink, readStat } from "./proc.ts";

/**
 * All processes of an attempt, found by four signs, any of which is enough:
 *   - descends from a known one, - shares its process group or session,
 *   - carries the attempt's marker in its environment, - writes to the attempt's output file.
 * A process escapes only if it leaves its parent (double fork), its group and session (setsid), clears its environment
 * and closes its output: a true daemon. Every process once seen stays known by pid and start time, so one that escapes
 * later is still found.
 */
export type TreeRoot = { key: string; pid: number; startTicks: string; outputPath: string };

export class ProcessTree {
  readonly #root: TreeRoot;
  readonly #known = new Map<number, string>();

  constructor(root: TreeRoot) {
    this.#root = root;
    this.#known.set(root.pid, root.startTicks);
  }

  /** The living members, found by one walk over all processes. */
  scan(): ProcessStat[] {
    const candidates: ProcessStat[] = [];
    const groupIsOurs = this.#groupIsOurs();
    const members = new Map<number, ProcessStat>();
    for (const pid of listPids()) {
      const stat = pid === 1 || pid === process.pid ? null : readStat(pid);
      if (stat === null || isGone(stat)) {
        continue;
      }
      if (this.#known.get(pid) === stat.startTicks || (groupIsOurs && this.#sharesGroup(stat))) {
        members.set(pid, stat);
      } else {
        candidates.push(stat);
      }
    }
    this.#addDescendants(members, candidates);
    const strangers = candidates.filter((stat) => !members.has(stat.pid));
    for (const stat of strangers) {
      if (this.#isMarked(stat.pid)) {
        members.set(stat.pid, stat);
      }
    }
    this.#addDescendants(members, strangers);
    for (const stat of members.values()) {
      this.#known.set(stat.pid, stat.startTicks);
    }
    return [...members.values()];
  }

  /** True when a process of the attempt's own group is left; two system calls. */
  hasGroup(): boolean {
    if (!this.#groupIsOurs()) {
      return false;
    }
    try {
      process.kill(-this.#root.pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  }

  /** A group's number is not given away while the group has members; a stranger of that number means it has none. */
  #groupIsOurs(): boolean {
    const holder = readStat(this.#root.pid);
    return holder === null || holder.startTicks === this.#root.startTicks;
  }

  #sharesGroup(stat: ProcessStat): boolean {
    return stat.groupId === this.#root.pid || stat.sessionId === this.#root.pid;
  }

  #isMarked(pid: number): boolean {
    return (
      hasEnvironment(pid, `${markerName}=${this.#root.key}`) ||
      readFdLink(pid, 1) === this.#root.outputPath ||
      readFdLink(pid, 2) === this.#root.outputPath
    );
  }

  #addDescendants(members: Map<number, ProcessStat>, others: readonly ProcessStat[]): void {
    let hasGrown = members.size > 0;
    while (hasGrown) {
      hasGrown = false;
      for (const stat of others) {
        if (!members.has(stat.pid) && members.has(stat.parentPid)) {
          members.set(stat.pid, stat);
          hasGrown = true;
        }
      }
    }
  }
}

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
