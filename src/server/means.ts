import type { Config } from "../config/load.ts";
import { type CgroupBase, openCgroupBase } from "../supervise/cgroup/base.ts";
import type { Sandbox } from "../supervise/launcher/sandbox.ts";
import type { Shell } from "../supervise/launcher/shell.ts";
import type { RunAs } from "../supervise/order.ts";
import type { DataDirectory } from "./data-directory.ts";

/** What tasks can have on this machine, each found out by doing it once at the start. */
export type Means = {
  cgroup: CgroupBase | null;
  sandbox: Sandbox | null;
  /** Why tasks cannot have these here, as a sentence; null where they can. */
  missing: { cgroup: string | null; sandbox: string | null; pty: string | null };
};

export async function findMeans(
  config: Config,
  directory: DataDirectory,
  shell: Shell,
  runAs: RunAs | null,
): Promise<Means> {
  const [cgroup, sandbox, pty] = await Promise.all([
    openCgroupBase({ mode: config.cgroup, node: directory.nodeKey }),
    { problem: "not yet" },
    "not yet",
  ]);
  const sandboxProblem = "problem" in sandbox ? sandbox.problem : null;
  return {
    cgroup: "problem" in cgroup ? null : cgroup,
    sandbox: "problem" in sandbox ? null : sandbox,
    missing: { cgroup: "problem" in cgroup ? cgroup.problem : null, sandbox: sandboxProblem, pty },
  };
}
