import type { AttemptCgroup } from "../cgroup/attempt-cgroup.ts";
import { isGone, type ProcessStat, readStat } from "./proc.ts";
import { ScannedTree } from "./scanned-tree.ts";
import { type ProcessTree, signalProcess, stopAndKill, type TreeRoot } from "./tree.ts";

/**
 * All processes of an attempt as the kernel lists them, whatever is in its control group; and with them those that have
 * left it, found by their signs (scanned-tree.ts).
 *
 * Nothing gets out of a group by forking, but one with the right to move itself can leave: root by writing to another
 * group's `cgroup.procs`, and whoever is moved by a service that may (su and ssh where pam_systemd gives a session of its
 * own, `systemd-run --scope`). Without the signs such a one went on after a kill.
 *
 * At an attempt's own end only the group and the process group are asked, which costs microseconds; a look for signs at
 * every younger process costs half a millisecond for each task. So one that has left the control group and the process
 * group, and is still there when its attempt ends by itself, is not seen then.
 *
 * The attempt's own process writes its `p` record before it joins, so for a moment it may be known and not be listed. It
 * has not forked before it has joined. An order to freeze holds for it as soon as it joins.
 */
export class CgroupTree implements ProcessTree {
  readonly method = "cgroup";
  readonly #root: TreeRoot;
  readonly #group: AttemptCgroup;
  readonly #signs: ScannedTree;

  constructor(root: TreeRoot, group: AttemptCgroup) {
    this.#root = root;
    this.#group = group;
    this.#signs = new ScannedTree(root);
  }

  scan(onFound: (member: ProcessStat) => void = () => undefined): ProcessStat[] {
    for (const pid of this.#group.pids()) {
      const stat = readStat(pid);
      if (stat !== null && !isGone(stat)) {
        this.#signs.note(stat);
      }
    }
    return this.#signs.scan(onFound);
  }

  isEmpty(): boolean {
    return !this.#group.isPopulated();
  }

  hasLeftovers(): boolean {
    try {
      return this.#group.isPopulated() || this.#signs.hasGroup();
    } catch {
      // A look that failed (no descriptor left) has not shown that there is nothing.
      return true;
    }
  }

  kill(): { seen: ProcessStat[]; killed: ProcessStat[] } {
    const seen = this.scan();
    if (this.#haveLeft(seen)) {
      // Those in the group stand still by the kernel, the others by signals; SIGKILL reaches the frozen, too.
      this.#group.freeze();
      const result = stopAndKill(this);
      this.#group.kill();
      return result;
    }
    const root = seen.find(({ startTicks, pid }) => pid === this.#root.pid && startTicks === this.#root.startTicks);
    if (root !== undefined) {
      signalProcess(root, "SIGKILL");
    }
    if (this.#group.kill()) {
      return { seen, killed: seen };
    }
    // An older kernel: standing still, none can fork away.
    if (this.#group.freeze()) {
      return { seen, killed: seen.filter((member) => signalProcess(member, "SIGKILL")) };
    }
    return stopAndKill(this);
  }

  /** False also when some have left the group: these can be stopped by signals only, and so all are. */
  freeze(): boolean {
    if (!this.#group.freeze()) {
      return false;
    }
    if (this.#haveLeft(this.#signs.scan())) {
      this.#group.thaw();
      return false;
    }
    return true;
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

  /** Who is not in the group has left it; but the root, before it has become the program, has not joined yet. */
  #haveLeft(members: readonly ProcessStat[]): boolean {
    const listed = new Set(this.#group.pids());
    const outside = members.filter(({ pid }) => !listed.has(pid));
    return outside.some((member) => {
      // One forked and listed since, or gone, is not outside.
      const stat = readStat(member.pid);
      const isThere = stat !== null && stat.startTicks === member.startTicks && !isGone(stat);
      return isThere && (member.pid !== this.#root.pid || this.#signs.isProgram());
    });
  }
}
