import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { isAlive, isGone, listPids, readPidNamespace, readStat } from "../../src/supervise/processes/proc.ts";
import { describeTermination } from "../../src/supervise/processes/termination.ts";
import { treeModes } from "../support/cgroups.ts";
import { canHoldInKernel, holdInKernel } from "../support/held-in-kernel.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** What is told of an ending: each step as it happens, what could not be ended, what was left alone. */
const shells = installedShells().filter((shell) => !shell.name.startsWith("busybox"));
const modes = await treeModes();
const cases = shells.flatMap((shell) => modes.map((mode) => ({ shell, name: shell.name, ...mode })));

const hasPython = isAble("a process that lives on without its first thread", () =>
  runs("python3", "-c", "import ctypes"),
);
const canUnshare = isAble("a pid namespace", () => runs("unshare", "--pid", "--fork", "true"));
const canHold = isAble("a process that waits in the kernel", () => canHoldInKernel);

describe.each(cases)("on $name, $mode", ({ shell, cgroup }) => {
  it("tells each step as it happens, and all of them in the end", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const stubborn = "trap '' TERM; echo $$ >>pids; exec sleep 1000";
    const order = await watched.begin(
      bench.order(`sh -c "${stubborn}" & sh -c 'echo $$ >>pids; exec sleep 1000' & ${stubborn}`),
    );
    await waitFor("all three", () => bench.lines("pids").length === 3);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 300 });
    await waitFor("the first step", () => watched.steps.length === 1);
    expect(watched.endings).toEqual([]);
    const { termination } = await watched.endOf(order);
    expect(termination?.steps.map(({ atMs: _, afterMs: __, ...step }) => step)).toEqual([
      { kind: "signal", signal: "SIGTERM", count: 3 },
      { kind: "left", count: 2 },
      { kind: "kill", signal: "SIGKILL", count: 2 },
      { kind: "gone" },
    ]);
    expect(watched.steps).toEqual(termination?.steps.map((step) => ({ key: order.key, step })));
    expect(termination === null ? "" : describeTermination(termination)).toMatch(
      /^SIGTERM to 3 processes; after 0\.\d s 2 left; SIGKILL to 2 processes; none left after \d\.\d s$/,
    );
  });

  it("ends what was to be ended before its process was known, as soon as it is", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = watched.start(bench.order("exec sleep 1000"));
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    expect(watched.started.size).toBe(0);
    expect((await watched.endOf(order)).how).toEqual({ kind: "signalled", signal: "SIGTERM" });
  });

  it("leaves alone what an attempt leaves behind, and names it, when so configured", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup, leftovers: "report" });
    const child = "sh -c 'echo $$ >>pids; exec sleep 1000'";
    const order = await watched.begin(bench.order(`${child} & setsid ${child} & ${untilLines("pids", 2)}; exit 3`));
    const ending = await watched.endOf(order);
    const left = bench.lines("pids").map(Number);
    expect(ending.how).toEqual({ kind: "exited", code: 3 });
    expect(ending.leftovers).toBeNull();
    // Where setsid has to fork, it waits for nobody and is gone by now.
    expect(ending.leftAlone).toEqual([...left].sort((a, b) => a - b));
    expect(left.every((pid) => readStat(pid)?.state === "S")).toBe(true);
    expect(watched.steps).toEqual([]);
    expect(watched.started.get(order.key)?.method).toBe(cgroup === null ? "scan" : "cgroup");
  });

  it.skipIf(!hasPython)("does not take a process for gone whose first thread has ended", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await startLeaderless(bench, watched);
    const pid = Number(await waitFor("it to start", () => bench.lines("pid")[0]));
    await waitFor("its first thread to end", () => readStat(pid)?.state === "Z");
    const process = readStat(pid);
    expect(process !== null && isAlive(process)).toBe(true);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    const ending = await watched.endOf(order);
    expect(ending.termination).toMatchObject({ signalled: 2, killed: 0 });
    expect(process !== null && isAlive(process)).toBe(false);
  });

  it.skipIf(!canUnshare)("ends a pid namespace of the attempt's own, its true daemons too", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const daemon =
      'env -i "PATH=$PATH" setsid sh -c "echo begun >daemon; exec sleep 987654" </dev/null >/dev/null 2>&1';
    const inside = `(${daemon} &); exec sleep 1000`;
    const order = await watched.begin(
      bench.order({ kind: "argv", argv: ["unshare", "--pid", "--fork", "sh", "-c", inside] }),
    );
    await waitFor("the daemon", () => bench.lines("daemon").length > 0);
    const root = await watched.pidOf(order);
    const members = namespaceBelow(root);
    expect(members).toHaveLength(2);
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    const ending = await watched.endOf(order);
    expect(ending.termination?.method).toBe(cgroup === null ? "namespace" : "cgroup");
    expect(members.filter((pid) => isThere(pid))).toEqual([]);
  });

  it.skipIf(!canHold)("says that a process cannot be killed, and goes on until it is gone", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order("echo begun; exec sleep 1000"));
    const pid = await watched.pidOf(order);
    await waitFor("it to begin", () => bench.lines("1.out").length > 0);
    const release = holdInKernel(pid);
    await waitFor("it to be held", () => readStat(pid)?.state === "D");
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    const isStuck = () => watched.steps.find(({ step }) => step.kind === "stuck");
    const told = await waitFor("to be told", isStuck);
    expect(told.step).toMatchObject({ count: 1, why: "kernel" });
    expect(watched.endings).toEqual([]);
    release();
    const { termination } = await watched.endOf(order);
    expect(termination === null ? "" : describeTermination(termination)).toMatch(
      /^SIGKILL to 1 process; 1 process cannot be killed: it waits in the kernel; none left after /,
    );
  });
});

function untilLines(file: string, count: number): string {
  return `while [ ! -e ${file} ] || [ "$(wc -l <${file})" -lt ${count} ]; do sleep 0.01; done`;
}

/** A process whose first thread ends while another goes on: the system call 60 ends one thread only. */
function startLeaderless(bench: Bench, watched: Watch): Promise<AttemptOrder> {
  const body = [
    "import ctypes, os, threading, time",
    "threading.Thread(target=time.sleep, args=(1000,)).start()",
    "open('pid', 'w').write(f'{os.getpid()}\\n')",
    "ctypes.CDLL(None).syscall(60 if os.uname().machine == 'x86_64' else 93, 0)",
  ].join("\n");
  writeFileSync(bench.path("leaderless.py"), body);
  return watched.begin(bench.order("python3 leaderless.py; true"));
}

/** All processes of the pid namespace that a child of this process is in. */
function namespaceBelow(root: number): number[] {
  const child = listPids().find((pid) => readStat(pid)?.parentPid === root);
  const namespace = readPidNamespace(child ?? 0);
  return listPids().filter((pid) => namespace !== null && readPidNamespace(pid) === namespace);
}

function isThere(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && !isGone(stat);
}

function runs(program: string, ...words: string[]): boolean {
  return spawnSync(program, words).status === 0;
}

/** What this machine lacks is named, never left out silently. */
function isAble(what: string, tryOut: () => boolean): boolean {
  const isThere = tryOut();
  if (!isThere) {
    process.stderr.write(`SKIPPED: ${what}; it cannot be had here\n`);
  }
  return isThere;
}
