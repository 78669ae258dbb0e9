import { markerName } from "../launcher/snippet.ts";
import { listPids, type ProcessStat, readChildren, readFdLink, readStat, readVariable } from "../processes/proc.ts";
import { readCgroupPids } from "./cgroup.ts";

/**
 * Which of the machine's processes belong to which attempt, found out for all attempts in one pass.
 *
 *   1. A process known from the pass before (same pid and start time) stays where it was, whatever became of its parent;
 *      the root of an attempt is known from the beginning. What is in an attempt's cgroup belongs to it.
 *   2. Who is new belongs where its parent does.
 *   3. Otherwise, once for each process, its environment is asked for an attempt's marker, and its output for an attempt's
 *      file. This is exact and needs no history, but is the dearest sign: three system calls for each stranger would more
 *      than double the price of a pass, and the answer does not change.
 *   4. Otherwise it belongs where the leader of its group or session does. The leader is there, so the number is its own.
 *
 * Known strangers are passed by from then on. The processes of an attempt that is added after they were seen are strangers
 * by mistake; so those younger than its root are asked again.
 */
export type Membership = {
  readonly key: string;
  readonly pid: number;
  readonly startTicks: string;
  readonly outputPath: string;
  readonly cgroupPath: string | null;
  /** Start times of the processes found by the last look, by pid. */
  members: Map<number, string>;
};

export class Attribution<T extends Membership> {
  readonly #byKey = new Map<string, T>();
  readonly #byOutput = new Map<string, T>();
  #strangers = new Map<number, string>();

  add(attempt: T): void {
    this.#byKey.set(attempt.key, attempt);
    this.#byOutput.set(attempt.outputPath, attempt);
    for (const [pid, startTicks] of this.#strangers) {
      if (Number(startTicks) >= Number(attempt.startTicks)) {
        this.#strangers.delete(pid);
      }
    }
  }

  remove(attempt: T): void {
    this.#byKey.delete(attempt.key);
    this.#byOutput.delete(attempt.outputPath);
  }

  /** One walk over all processes: each attempt's, in rising order of pids, zombies included; none for one that has none. */
  walk(): Map<T, ProcessStat[]> {
    const pass = this.#begin(readAll());
    const found = new Map<T, ProcessStat[]>();
    const strangers = new Map<number, string>();
    for (const stat of pass.stats.values()) {
      const attempt = this.#ownerOf(stat, pass);
      if (attempt === null) {
        strangers.set(stat.pid, stat.startTicks);
      } else {
        const stats = found.get(attempt) ?? [];
        found.set(attempt, stats);
        stats.push(stat);
      }
    }
    this.#strangers = strangers;
    for (const attempt of this.#byKey.values()) {
      attempt.members = memberMap(found.get(attempt) ?? []);
    }
    return found;
  }

  #begin(stats: Map<number, ProcessStat>): Pass<T> {
    const pass: Pass<T> = { stats, owners: new Map() };
    for (const attempt of this.#byKey.values()) {
      for (const [pid, startTicks] of attempt.members) {
        claim(pass, attempt, pid, startTicks);
      }
      for (const pid of attempt.cgroupPath === null ? [] : readCgroupPids(attempt.cgroupPath)) {
        claim(pass, attempt, pid, stats.get(pid)?.startTicks);
      }
    }
    // Last, so that the root of an attempt that another attempt's process has started is not taken for a child of that.
    for (const attempt of this.#byKey.values()) {
      claim(pass, attempt, attempt.pid, attempt.startTicks);
    }
    return pass;
  }

  #ownerOf(stat: ProcessStat | undefined, pass: Pass<T>): T | null {
    if (stat === undefined) {
      return null;
    }
    const known = pass.owners.get(stat.pid);
    if (known !== undefined) {
      return known;
    }
    // Stands while its parent and leader are asked for: a leader can be a child of its group's members.
    pass.owners.set(stat.pid, null);
    const owner = this.#strangers.get(stat.pid) === stat.startTicks ? null : this.#findOwner(stat, pass);
    pass.owners.set(stat.pid, owner);
    return owner;
  }

  #findOwner(stat: ProcessStat, pass: Pass<T>): T | null {
    const { stats } = pass;
    return (
      this.#ownerOf(stats.get(stat.parentPid), pass) ??
      this.#marked(stat.pid) ??
      this.#ownerOf(stats.get(stat.groupId), pass) ??
      this.#ownerOf(stats.get(stat.sessionId), pass)
    );
  }

  #marked(pid: number): T | undefined {
    return (
      this.#byKey.get(readVariable(pid, markerName) ?? "") ??
      this.#byOutput.get(readFdLink(pid, 1) ?? "") ??
      this.#byOutput.get(readFdLink(pid, 2) ?? "")
    );
  }
}

/** What one pass has found out so far. */
type Pass<T> = {
  stats: ReadonlyMap<number, ProcessStat>;
  owners: Map<number, T | null>;
};

function claim<T extends Membership>(pass: Pass<T>, attempt: T, pid: number, startTicks: string | undefined): void {
  const stat = pass.stats.get(pid);
  if (stat !== undefined && stat.startTicks === startTicks) {
    pass.owners.set(pid, attempt);
  }
}

function memberMap(stats: readonly ProcessStat[]): Map<number, string> {
  return new Map(stats.map((stat) => [stat.pid, stat.startTicks]));
}

function readAll(): Map<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const pid of listPids()) {
    const stat = pid === process.pid ? null : readStat(pid);
    if (stat !== null) {
      stats.set(pid, stat);
    }
  }
  return stats;
}

/**
 * The processes of one attempt without a walk: the known ones and their descendants. One that has left its parent since
 * the last walk is found by the next. In rising order of pids, zombies included.
 */
export function lookAt(attempt: Membership): ProcessStat[] {
  const found = new Map<number, ProcessStat>();
  const visit = (pid: number, isExpected: (stat: ProcessStat) => boolean) => {
    const stat = found.has(pid) ? null : readStat(pid);
    if (stat === null || !isExpected(stat)) {
      return;
    }
    found.set(pid, stat);
    for (const child of readChildren(pid) ?? []) {
      visit(child, (childStat) => childStat.parentPid === pid);
    }
  };
  visit(attempt.pid, (stat) => stat.startTicks === attempt.startTicks);
  for (const [pid, startTicks] of attempt.members) {
    visit(pid, (stat) => stat.startTicks === startTicks);
  }
  const stats = [...found.values()].sort((a, b) => a.pid - b.pid);
  attempt.members = memberMap(stats);
  return stats;
}
