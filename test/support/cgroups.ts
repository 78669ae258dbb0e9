import { afterAll } from "vitest";
import { AttemptCgroup } from "../../src/supervise/cgroup/attempt-cgroup.ts";
import { type CgroupBase, openCgroupBase } from "../../src/supervise/cgroup/base.ts";
import { waitFor } from "./wait-for.ts";

/** A way in which the processes of attempts are known. */
export type TreeMode = { mode: "by scanning" | "by cgroup"; cgroup: CgroupBase | null };

/** Both ways, or only the one this machine has. What it lacks is named, never left out silently. */
export async function treeModes(): Promise<TreeMode[]> {
  const scanning: TreeMode = { mode: "by scanning", cgroup: null };
  const base = await openCgroupBase({ mode: "auto", node: `test-${process.pid}` });
  if ("problem" in base) {
    process.stderr.write(`SKIPPED: attempts in control groups; ${base.problem}\n`);
    return [scanning];
  }
  // Also those that a test has not waited for. One with a process in it cannot be removed: a leak is seen.
  const all = new AttemptCgroup(base.path);
  afterAll(() => waitFor("the control groups of the tests to be empty", () => all.remove()));
  return [scanning, { mode: "by cgroup", cgroup: base }];
}
