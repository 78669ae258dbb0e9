import { existsSync, mkdtempSync, realpathSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/load.ts";
import { createFileOutput } from "../output/file/store.ts";
import { type CgroupBase, closeCgroupBase, openCgroupBase } from "../supervise/cgroup/base.ts";
import { findShell } from "../supervise/launcher/shell.ts";
import { probeLimits, probeNice } from "../supervise/probes/limits.ts";
import { probeMarking } from "../supervise/probes/marking.ts";
import { probePty } from "../supervise/probes/pty.ts";
import { probeRunAs } from "../supervise/probes/run-as.ts";
import { probeSandbox, sandboxCapability } from "../supervise/probes/sandbox.ts";
import { probeSurvival } from "../supervise/probes/survival.ts";
import { probeTreeKill } from "../supervise/probes/tree-kill.ts";
import type { Capability, ProbeMeans } from "../supervise/probes/try-out.ts";
import { findRunAs } from "./data-directory.ts";

/**
 * What this machine can do for tasks, each found out by doing it with the settings in force. Touches neither the database
 * nor a running server: everything happens in directories of its own.
 */
export type Finding = Capability & {
  name: string;
  /** What it is, for people. */
  what: string;
  /** Without it the promises of this product do not hold. */
  isEssential: boolean;
};

export async function examine(config: Config): Promise<Finding[]> {
  const searchPath = process.env.PATH ?? "/usr/bin:/bin";
  const runAs = findRunAs(config.runAs);
  const shell = findShell(searchPath);
  const opened = await openCgroupBase({ mode: config.cgroup, node: `doctor-${process.pid}` });
  const cgroup = "problem" in opened ? null : opened;
  const plain: ProbeMeans = { shell, runAs, sandbox: null, searchPath };
  const means = { ...plain, cgroup };
  const findings: Finding[] = [
    found("survive", "tasks outlive the server, with their exact end", true, await probeSurvival(means)),
    found("tree kill", "a kill ends all processes of a task", true, await probeTreeKill(means)),
    found("cgroup", "control groups (version 2)", false, cgroupCapability(opened)),
    found("memory limit", "a task's memory", false, controllerCapability(cgroup, "memory")),
    found("process limit", "a task's number of processes", false, controllerCapability(cgroup, "pids")),
    found("cpu, files", "limits of processor time and open files", false, await probeLimits(plain)),
    found("nice", "a niceness of its own", false, await probeNice(plain)),
    found("other user", "tasks run as another user (UTM_RUN_AS)", false, await probeRunAs(plain)),
    found("sandbox", 'sandbox: "strict"', false, await examineSandbox(plain, config.dataDir)),
    found("terminal", "pty: true", false, await probePty(plain)),
    found("marked stderr", "mark_stderr: true", false, await probeMarking(plain)),
    found(
      "output cap",
      "long outputs keep their head and tail",
      false,
      await probeCap(config.outputDir ?? config.dataDir),
    ),
  ];
  closeCgroupBase(cgroup);
  return findings;
}

/** The data directory has to be hidden in a sandbox; where there is none yet, another one stands for it. */
async function examineSandbox(means: ProbeMeans, dataDir: string): Promise<Capability> {
  if (existsSync(dataDir)) {
    return sandboxCapability(await probeSandbox(means, realpathSync(dataDir)));
  }
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "utm-probe-")));
  try {
    return sandboxCapability(await probeSandbox(means, directory));
  } finally {
    rmdirSync(directory);
  }
}

function found(name: string, what: string, isEssential: boolean, capability: Capability): Finding {
  return { name, what, isEssential, ...capability };
}

function cgroupCapability(opened: CgroupBase | { problem: string }): Capability {
  return "problem" in opened
    ? { isAvailable: false, how: "", reason: opened.problem }
    : { isAvailable: true, how: opened.path, reason: opened.note };
}

/** A limit that cannot be had from the kernel is kept all the same, by looking. */
function controllerCapability(cgroup: CgroupBase | null, controller: "memory" | "pids"): Capability {
  const isHard = controller === "memory" ? cgroup?.hasMemory === true : cgroup?.hasPids === true;
  return isHard
    ? { isAvailable: true, how: `the kernel, by the ${controller} controller`, reason: null }
    : {
        isAvailable: true,
        how: "sampled ten times a second",
        reason: "It can be passed for a moment before the task is ended.",
      };
}

/** On the file system outputs are kept on, when there is one already. */
async function probeCap(outputs: string): Promise<Capability> {
  const directory = mkdtempSync(join(existsSync(outputs) ? outputs : tmpdir(), "utm-probe-"));
  const output = createFileOutput({ directory });
  try {
    const attempt = { taskId: 0, attempt: 1 };
    writeFileSync(output.prepare(attempt), Buffer.alloc(1_048_576, "x"));
    const gap = await output.cap(attempt, 131_072);
    return gap === null
      ? { isAvailable: false, how: "", reason: output.capProblem() ?? "Nothing was removed." }
      : { isAvailable: true, how: "fallocate(1), which punches a hole in the middle", reason: null };
  } finally {
    output.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
