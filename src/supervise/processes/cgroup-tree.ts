import type { AttemptCgroup } from "../cgroup/attempt-cgroup.ts";
import { isGone, type ProcessStat, readStat } from "./proc.ts";
import { type ProcessTree, signalProcess, stopAndKill, type TreeRoot } from "./tree.ts";

/**
 * All processes of an attempt as the kernel lists them: whatever is in its control group. Nothing it starts can leave.
 *
 * The attempt's own process writes its `p` record before it joins, so for a moment it may be known and not be listed. It
 * is looked at by itself; it has not forked before it has joined. An order to freeze holds for it as soon as it joins.
 */
export class CgroupTree implements ProcessTree {
  readonly method = "cgroup";
  readonly #root: TreeRoot;
  readonly #group: AttemptCgroup;

  constructor(root: TreeRoot, group: AttemptCgroup) {
    this.#root = root;
    this.#group = group;
  }

  scan(onFound: (member: ProcessStat) => void = () => undefined): ProcessStat[] {
    const listed = new Set(this.#group.pids());
    const members: ProcessStat[] = [];
    for (const pid of new Set([this.#root.pid, ...listed])) {
      const stat = readStat(pid);
      // The root's number may have become that of another process, in the group or not.
      if (stat !== null && !isGone(stat) && (listed.has(pid) || stat.startTicks === this.#root.startTicks)) {
        members.push(stat);
        onFound(stat);
      }
    }
    return members.sort((a, b) => a.pid - b.pid);
  }

  isEmpty(): boolean {
    return !this.#group.isPopulated();
  }

  hasLeftovers(): boolean {
    try {
      return this.#group.isPopulated();
    } catch {
      // A look that failed (no descriptor left) has not shown that there is nothing.
      return true;
    }
  }

  kill(): { seen: ProcessStat[]; killed: ProcessStat[] } {
    const seen = this.scan();
    const root = seen.find(({ startTicks, pid }) => pid === this.#root.pid && startTicks === this.#root.startTicks);
    if (root !== undefined) {
      signalProcess(root, "SIGKILL");
    }
    if (this.#group.kill()) {
      return { seen, killed: seen };
    }
    // An older kernel: standing still, none can fork away; SIGKILL reaches the frozen, too.
    if (this.#group.freeze()) {
      return { seen, killed: seen.filter((member) => signalProcess(member, "SIGKILL")) };
    }
    return stopAndKill(this);
  }

  freeze(): boolean {
    return this.#group.freeze();
  }

  isToBeFrozen(): boolean {
    return this.#group.isToBeFrozen();
  }

  isFrozen(): boolean {
    return this.#group.isFrozen();
  }

  thaw(): void {
    this.#group.thaw();
  }
}
