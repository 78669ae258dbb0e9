import type { AttemptCgroups } from "./cgroup/attempt-cgroups.ts";
import type { Generation } from "./generation.ts";
import type { JournalRecord } from "./journal/record.ts";
import { CgroupTree } from "./processes/cgroup-tree.ts";
import { isGone, readStat } from "./processes/proc.ts";
import { ScannedTree } from "./processes/scanned-tree.ts";
import { Termination } from "./processes/termination.ts";
import type { Supervision } from "./supervision.ts";

type ProcessRecord = Extract<JournalRecord, { kind: "process" }>;

/**
 * Attempts of an earlier life that still run and that the caller does not own any more: while this node was away it was
 * given up, and its tasks may run somewhere else by now. What is left of them here is ended before anything new is begun.
 *
 * Which of them were given up only the caller knows. One the caller knows nothing of (its record was restored from an older
 * copy) is left alone and told: what somebody's process does must not depend on a copy of a database.
 * One whose end is in the journal is not looked for: what it may have left behind goes on.
 */
export class Disowned {
  readonly #supervision: Supervision;
  readonly #groups: AttemptCgroups;
  readonly #running = new Map<string, { generation: Generation; record: ProcessRecord }>();

  constructor(supervision: Supervision, groups: AttemptCgroups) {
    this.#supervision = supervision;
    this.#groups = groups;
  }

  /** A journal tells of an attempt that is not tracked. */
  note(generation: Generation, record: JournalRecord): void {
    if (record.kind === "process") {
      this.#running.set(record.key, { generation, record });
    } else if (record.kind === "end") {
      this.#running.delete(record.key);
    }
  }

  /** Ends those that were given up; resolves with their keys when nothing of them is left. */
  async end(isGivenUp: (key: string) => Promise<boolean>): Promise<string[]> {
    const ended: string[] = [];
    for (const [key, { generation, record }] of this.#running) {
      const stat = generation.incarnation === this.#supervision.incarnation ? readStat(record.pid) : null;
      if (stat === null || stat.startTicks !== record.startTicks || isGone(stat)) {
        continue;
      }
      if (await isGivenUp(key)) {
        await this.#endOne(generation, record);
        ended.push(key);
      } else {
        this.#supervision.options.onWarning("attempt runs and is in no record: left alone", { key, pid: record.pid });
      }
    }
    this.#running.clear();
    return ended;
  }

  async #endOne({ launcherPid }: Generation, { key, pid, startTicks }: ProcessRecord): Promise<void> {
    const group = this.#groups.find(key, pid);
    const root = { key, pid, startTicks, outputPath: "", sessionId: launcherPid };
    const tree = group === null ? new ScannedTree(root) : new CgroupTree(root, group);
    await new Termination(tree, { signal: "SIGKILL", graceMs: 0 }, { onStep: () => undefined, hasCopier: false }).done;
    if (group !== null) {
      this.#groups.release(group);
    }
  }
}
