import type { Config } from "../config/load.ts";
import { type CgroupBase, openCgroupBase } from "../supervise/cgroup/base.ts";
import type { Sandbox } from "../supervise/launcher/sandbox.ts";
import type { Shell } from "../supervise/launcher/shell.ts";
import type { RunAs } from "../supervise/order.ts";
import { probeMarking } from "../supervise/probes/marking.ts";
import { probePty } from "../supervise/probes/pty.ts";
import { probeSandbox } from "../supervise/probes/sandbox.ts";
import type { DataDirectory } from "./data-directory.ts";

/** What tasks can have on this machine, each found out by doing it once at the start. */
export type Means = {
  cgroup: CgroupBase | null;
  sandbox: Sandbox | null;
  /** Why tasks cannot have these here, as a sentence; null where they can. */
  missing: { cgroup: string | null; sandbox: string | null; pty: string | null; markStderr: string | null };
};

export async function findMeans(
  config: Config,
  directory: DataDirectory,
  shell: Shell,
  runAs: RunAs | null,
): Promise<Means> {
  const tasks = { shell, runAs, searchPath: process.env.PATH ?? "/usr/bin:/bin" };
  const [cgroup, sandbox, pty, marking] = await Promise.all([
    openCgroupBase({ mode: config.cgroup, node: directory.nodeKey }),
    probeSandbox(tasks, directory.root),
    probePty({ ...tasks, sandbox: null }),
    probeMarking({ ...tasks, sandbox: null }),
  ]);
  return {
    cgroup: "problem" in cgroup ? null : cgroup,
    sandbox: "unavailable" in sandbox ? null : { ...sandbox, hiddenToo: outputsOutside(directory) },
    missing: {
      cgroup: "problem" in cgroup ? cgroup.problem : null,
      sandbox: "unavailable" in sandbox ? sandbox.unavailable : null,
      pty: pty.isAvailable ? null : pty.reason,
      markStderr: marking.isAvailable ? null : marking.reason,
    },
  };
}

/** Where outputs are when it is not in the data directory. */
function outputsOutside({ root, output }: DataDirectory): string | null {
  return `${output}/`.startsWith(`${root}/`) ? null : output;
}
