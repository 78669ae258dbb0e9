import { isGone, type ProcessStat, readStat } from "./proc.ts";

/**
 * All processes of an attempt, and what is done to all of them at once. Two ways to know them:
 *
 *   cgroup-tree.ts    the kernel keeps the list, which nothing leaves by forking; who left it otherwise is looked for
 *   scanned-tree.ts   they are looked for by their signs, where no control group can be had
 */
export type ProcessTree = {
  /** How they are known: the attempt's cgroup, its own pid namespace, or signs alone. */
  readonly method: TreeMethod;
  /**
   * The living members; each is told as soon as it is found. Parents come before their children: signalled in this order,
   * a shell ends by the signal and not by its child's end.
   */
  scan(onFound?: (member: ProcessStat) => void): ProcessStat[];
  /** Asked when a scan found nobody: false while somebody who cannot be seen any more is still on its way out. */
  isEmpty(): boolean;
  /** True when processes may be left of an attempt that has ended by itself after this time; a scan tells for sure. */
  hasLeftovers(ranMs: number): boolean;
  /** SIGKILL to all, so that nothing can fork away in between. */
  kill(): { seen: ProcessStat[]; killed: ProcessStat[] };
  /** Orders the kernel to let all stand still without their noticing. False where that cannot be had. */
  freeze(): boolean;
  /** True from `freeze` until `thaw`, also for one that was frozen by an earlier life. */
  isToBeFrozen(): boolean;
  /** True once all stand still by `freeze`. */
  isFrozen(): boolean;
  thaw(): void;
};

export type TreeMethod = "cgroup" | "namespace" | "scan";

/** The attempt's own process, as the journal tells it. */
export type TreeRoot = {
  key: string;
  pid: number;
  startTicks: string;
  outputPath: string;
  /** Session of the launcher, which its attempts' groups keep unless they are started by setsid; null when unknown. */
  sessionId: number | null;
};

/** Signals exactly this process: its start time is compared right before. Answers whether it was there. */
export function signalProcess(target: { pid: number; startTicks: string }, signal: NodeJS.Signals): boolean {
  return trySignal(target, signal) === "sent";
}

/** As signalProcess; tells one that is gone from one that may not be signalled, since it runs as another user. */
export function trySignal(
  target: { pid: number; startTicks: string },
  signal: NodeJS.Signals,
): "sent" | "gone" | "refused" {
  const stat = target.pid > 1 ? readStat(target.pid) : null;
  if (stat === null || stat.startTicks !== target.startTicks || isGone(stat)) {
    return "gone";
  }
  try {
    process.kill(target.pid, signal);
    return "sent";
  } catch (error) {
    // Gone between the look and the signal, or it changed its user to one we may not signal: found again by the scan.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH" || code === "EPERM") {
      return code === "EPERM" ? "refused" : "gone";
    }
    throw error;
  }
}

export type ProcessScan = Pick<ProcessTree, "scan">;

/**
 * SIGSTOP to all that `isMeant` until a look finds nobody new. Answers these members as they were when they were first
 * seen.
 */
export function stopAll(tree: ProcessScan, isMeant: (member: ProcessStat) => boolean = () => true): ProcessStat[] {
  const stopped = new Map<number, ProcessStat>();
  for (;;) {
    const before = stopped.size;
    const members = tree.scan((member) => {
      if (!stopped.has(member.pid) && isMeant(member)) {
        stopped.set(member.pid, member);
        signalProcess(member, "SIGSTOP");
      }
    });
    if (stopped.size === before) {
      return members.flatMap(({ pid }) => stopped.get(pid) ?? []);
    }
  }
}

/**
 * Stops all first, so that none can fork between being found and being killed. Children are killed first: the kernel
 * sends SIGHUP to a stopped process group that loses its last parent outside.
 */
export function stopAndKill(
  tree: ProcessScan,
  isMeant?: (member: ProcessStat) => boolean,
): { seen: ProcessStat[]; killed: ProcessStat[] } {
  const seen = stopAll(tree, isMeant);
  return { seen, killed: seen.toReversed().filter((member) => signalProcess(member, "SIGKILL")) };
}
