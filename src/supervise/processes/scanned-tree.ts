import { markerName } from "../launcher/snippet.ts";
import {
  hasEnvironment,
  isGone,
  isNamespaceInit,
  listPids,
  type ProcessStat,
  readFdLink,
  readLastPid,
  readPidNamespace,
  readStat,
} from "./proc.ts";
import { type ProcessTree, stopAndKill, type TreeMethod, type TreeRoot } from "./tree.ts";

/**
 * All processes of an attempt, found by five signs, any of which is enough:
 *   - descends from a known one, - shares its process group or session,
 *   - carries the attempt's marker in its environment, - writes to the attempt's output file,
 *   - lives in a pid namespace that a known one is the first process of (a sandbox).
 * A process escapes only if it leaves its parent (double fork), its group and session (setsid), clears its environment
 * and closes its output: a true daemon; in a namespace of its own not even that. Every process once seen stays known by
 * pid and start time, so one that escapes later is still found.
 */
export class ScannedTree implements ProcessTree {
  readonly #root: TreeRoot;
  readonly #marker: string;
  readonly #known = new Map<number, string>();
  readonly #namespaces = new Set<string>();

  constructor(root: TreeRoot) {
    this.#root = root;
    this.#marker = `${markerName}=${root.key}`;
    this.#known.set(root.pid, root.startTicks);
  }

  get method(): TreeMethod {
    return this.#namespaces.size > 0 ? "namespace" : "scan";
  }

  scan(onFound: (member: ProcessStat) => void = () => undefined): ProcessStat[] {
    const isLeaderThere = this.#isLeader(readStat(this.#root.pid));
    const members = new Map<number, ProcessStat>();
    const strangers: ProcessStat[] = [];
    const add = (stat: ProcessStat) => {
      members.set(stat.pid, stat);
      this.note(stat);
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
    this.#addByKinship(members, strangers, add);
    return [...members.values()].sort((a, b) => a.pid - b.pid);
  }

  /**
   * Asked at every end, so it must be cheap: one system call for the group, and for those that left the group a look only
   * at processes that can be younger than the attempt. Numbers are given in rising order, so those are the ones above the
   * root's, unless the numbers have begun again from the bottom since; then, and for an attempt long enough for that to
   * have happened, it looks at all.
   */
  hasLeftovers(ranMs: number): boolean {
    try {
      const mayHaveWrapped = ranMs > longestWithoutWrapMs || readLastPid() < this.#root.pid;
      const isYounger = (pid: number) => mayHaveWrapped || pid > this.#root.pid;
      return this.hasGroup() || listPids().some((pid) => isYounger(pid) && this.#isMarked(pid));
    } catch {
      // A look that failed (no descriptor left) has not shown that there is nothing.
      return true;
    }
  }

  /** Takes in one that is known to be a member by other means. */
  note(stat: ProcessStat): void {
    this.#noteNamespace(stat);
    this.#known.set(stat.pid, stat.startTicks);
  }

  /** True once the root has become the program, or what is around it: before, it is still a copy of its shim. */
  isProgram(): boolean {
    return hasEnvironment(this.#root.pid, this.#marker);
  }

  /** A scan sees a process until it is a zombie. */
  isEmpty(): boolean {
    return true;
  }

  kill(): { seen: ProcessStat[]; killed: ProcessStat[] } {
    return stopAndKill(this);
  }

  freeze(): boolean {
    return false;
  }

  isToBeFrozen(): boolean {
    return false;
  }

  isFrozen(): boolean {
    return false;
  }

  thaw(): void {
    // Nothing was frozen.
  }

  /** Those whose parent is a member, and those in a namespace of the attempt. */
  #addByKinship(
    members: ReadonlyMap<number, ProcessStat>,
    others: readonly ProcessStat[],
    add: (stat: ProcessStat) => void,
  ): void {
    let hasGrown = members.size > 0;
    while (hasGrown) {
      hasGrown = false;
      for (const stat of others) {
        if (!members.has(stat.pid) && (members.has(stat.parentPid) || this.#isInNamespace(stat.pid))) {
          add(stat);
          hasGrown = true;
        }
      }
    }
  }

  #isInNamespace(pid: number): boolean {
    return this.#namespaces.size > 0 && this.#namespaces.has(readPidNamespace(pid) ?? "");
  }

  /**
   * A process never changes its namespace, so one look is enough. Only its first process makes a namespace the attempt's
   * own: one that merely entered that of a container must not make all of the container members.
   */
  #noteNamespace(stat: ProcessStat): void {
    if (this.#known.get(stat.pid) === stat.startTicks && stat.pid !== this.#root.pid) {
      return;
    }
    const namespace = readPidNamespace(stat.pid);
    if (namespace !== null && namespace !== readPidNamespace(process.pid) && isNamespaceInit(stat.pid)) {
      this.#namespaces.add(namespace);
    }
  }

  /** True while any process is in the attempt's process group: one system call. */
  hasGroup(): boolean {
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
      hasEnvironment(pid, this.#marker) ||
      readFdLink(pid, 1) === this.#root.outputPath ||
      readFdLink(pid, 2) === this.#root.outputPath
    );
  }
}

/** Far less than a machine needs to give out all its process numbers (32,768 at the least). */
const longestWithoutWrapMs = 5000;

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
