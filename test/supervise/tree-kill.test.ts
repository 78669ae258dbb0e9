import { chmodSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { type ProcessStat, readStat } from "../../src/supervise/processes/proc.ts";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { treeModes } from "../support/cgroups.ts";
import { processesOf } from "../support/processes.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * Ending an attempt ends all of its processes, however they hide. Where they are known by scanning, one escapes: that which
 * leaves its parent, its session, its environment and its output all at once, a true daemon. A cgroup holds that, too.
 */
const sleeper = "echo $$ >>pids; exec sleep 1000";

const hidingPlaces: readonly { name: string; command: string; count: number }[] = [
  {
    name: "children and grandchildren",
    command: `(${sleeper}) & sh -c 'sh -c "${sleeper}" & ${sleeper}' & wait`,
    count: 3,
  },
  { name: "a child in a session of its own", command: `setsid sh -c '${sleeper}' & wait`, count: 1 },
  {
    name: "one that left its parent and its session",
    command: `(setsid sh -c '${sleeper}' &) ; sleep 1000`,
    count: 1,
  },
  {
    name: "one that left its parent and its session, and cleared its environment",
    command: `(env -i "PATH=$PATH" setsid sh -c '${sleeper}' &) ; sleep 1000`,
    count: 1,
  },
  {
    name: "one that left its parent and its output, and kept its environment",
    command: `(setsid sh -c '${sleeper}' >/dev/null 2>&1 &) ; sleep 1000`,
    count: 1,
  },
  {
    name: "one that changed its name and its session",
    command: `setsid sh -c 'echo nobody >/proc/$$/comm; echo $$ >>pids; sleep 1000; :' & wait`,
    count: 1,
  },
  { name: "a stopped process", command: "echo $$ >>pids; kill -STOP $$; sleep 1000", count: 1 },
  { name: "one that was stopped by a child", command: `(${sleeper}) & sh -c 'kill -STOP $PPID'; wait`, count: 1 },
];

const trueDaemon = `(env -i "PATH=$PATH" setsid sh -c '${sleeper}' </dev/null >/dev/null 2>&1 &) ; sleep 1000`;

const shells = installedShells().filter((shell) => !shell.hasBusyboxTools);
const modes = await treeModes();
const cases = shells.flatMap((shell) => modes.map((mode) => ({ shell, name: shell.name, ...mode })));

describe.each(cases)("on $name, $mode", ({ shell, cgroup }) => {
  it("ends every process, wherever it hides, with the first signal", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    for (const { name, command, count } of hidingPlaces) {
      writeFileSync(bench.path("pids"), "");
      const order = watched.start(bench.order(command));
      const members = await membersOf(bench, watched, order, count);
      watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
      const ending = await watched.endOf(order);
      expect([name, ending.how]).toEqual([name, { kind: "signalled", signal: "SIGTERM" }]);
      expect([name, ending.termination?.killed]).toEqual([name, 0]);
      expect(ending.termination?.method).toBe(cgroup === null ? "scan" : "cgroup");
      expect(ending.termination?.signalled).toBeGreaterThanOrEqual(members.length);
      expect([name, members.filter(isThere)]).toEqual([name, []]);
    }
  });

  it("ends a true daemon, too, where the kernel keeps the list", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = watched.start(bench.order(trueDaemon));
    const members = await membersOf(bench, watched, order, 1);
    const daemon = members.find(({ pid }) => pid === Number(bench.lines("pids")[0])) as ProcessStat;
    onTestFinished(() => void signalProcess(daemon, "SIGKILL"));
    await waitFor("it to have left its parent", () => readStat(daemon.pid)?.parentPid === 1);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    const ending = await watched.endOf(order);
    expect(ending.termination?.signalled).toBe(cgroup === null ? 2 : 3);
    expect(isThere(daemon)).toBe(cgroup === null);
    expect(members.filter((member) => member !== daemon && isThere(member))).toEqual([]);
  });

  it("kills what ignores the first signal once the grace is over, and counts both", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    // What a process ignores, the program it becomes ignores too.
    const stubborn = "trap '' TERM; echo $$ >>pids; exec sleep 1000";
    const order = watched.start(bench.order(`sh -c "${stubborn}" & ${stubborn}`));
    const members = await membersOf(bench, watched, order, 2);
    const before = performance.now();
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 300 });
    const ending = await watched.endOf(order);
    expect(performance.now() - before).toBeGreaterThan(300);
    expect(ending.how).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(ending.termination).toMatchObject({ signal: "SIGTERM", killed: 2 });
    expect(members.filter(isThere)).toEqual([]);
  });

  it("lets a process end itself within its grace, with its own exit code", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = watched.start(
      bench.order("trap 'echo cleaned; exit 17' TERM; echo $$ >>pids; while :; do sleep 0.05; done"),
    );
    await membersOf(bench, watched, order, 1);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 20_000 });
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "exited", code: 17 });
    expect(ending.termination).toMatchObject({ killed: 0 });
    expect(bench.output(order)).toContain("cleaned");
  });

  it("hastens an ending under way", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = watched.start(bench.order("trap '' TERM; echo $$ >>pids; while :; do sleep 1000; done"));
    const members = await membersOf(bench, watched, order, 1);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 600_000 });
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 0 });
    const ending = await watched.endOf(order, 5000);
    expect(ending.how).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(ending.termination).not.toBeNull();
    expect(members.filter(isThere)).toEqual([]);
  });

  it("kills at once when asked for SIGKILL", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = watched.start(bench.order(`(${sleeper}) & ${sleeper}`));
    const members = await membersOf(bench, watched, order, 2);
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(ending.termination).toMatchObject({ signal: "SIGKILL" });
    expect(members.filter(isThere)).toEqual([]);
  });

  it("catches a process that forks away for ever", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const script = bench.path("fork-away");
    writeFileSync(script, `#!/bin/sh\necho $$ >>pids\ntrap '' TERM\nsetsid "$0" &\nsleep 0.02\n`);
    chmodSync(script, 0o755);
    const order = watched.start(bench.order(`${script}; sleep 1000`));
    await membersOf(bench, watched, order, 6);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 100 });
    const ending = await watched.endOf(order);
    expect(ending.termination).not.toBeNull();
    expect(ending.termination?.killed).toBeGreaterThan(0);
    const count = bench.lines("pids").length;
    expect(processesOf(bench.directory).filter(({ command }) => command.includes(script))).toEqual([]);
    expect(bench.lines("pids")).toHaveLength(count);
  });

  it("ends what an attempt leaves behind when it ends by itself", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const bothBegun = 'while [ "$(wc -l <pids)" -lt 2 ]; do sleep 0.01; done';
    writeFileSync(bench.path("pids"), "");
    const order = watched.start(bench.order(`(${sleeper}) & (trap '' TERM; ${sleeper}) & ${bothBegun}; exit 3`));
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "exited", code: 3 });
    expect(ending.termination).toBeNull();
    expect(ending.leftovers).toMatchObject({ signalled: 2, killed: 1 });
    expect(processesOf(bench.directory).filter(({ command }) => command.includes("sleep 1000"))).toEqual([]);
  });

  it("ends what left its group and session, so that nothing is written after the end", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const late = "setsid sh -c 'echo $$ >>pids; sleep 0.5; echo late; sleep 1000'";
    const order = watched.start(
      bench.order(`${late} & while [ ! -s pids ]; do sleep 0.01; done; echo on time; exit 5`),
    );
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "exited", code: 5 });
    expect(ending.leftovers).toMatchObject({ signalled: 2, killed: 0 });
    expect(bench.output(order)).toBe("on time\n");
    expect(processesOf(bench.directory).filter(({ command }) => command.includes("sleep 1000"))).toEqual([]);
  });

  it("touches no other attempt", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const other = watched.start(bench.order("while [ ! -e go ]; do sleep 0.03; done; exit 18"));
    const order = watched.start(bench.order(sleeper));
    await membersOf(bench, watched, order, 1);
    await watched.pidOf(other);
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    await watched.endOf(order);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(other)).how).toEqual({ kind: "exited", code: 18 });
  });
});

/** The processes that wrote their numbers, once there are as many, and the attempt's own. */
async function membersOf(bench: Bench, watched: Watch, order: AttemptOrder, count: number): Promise<ProcessStat[]> {
  const pid = await watched.pidOf(order);
  await waitFor(`${count} processes`, () => bench.lines("pids").length >= count);
  const pids = new Set([pid, ...bench.lines("pids").map(Number)]);
  return [...pids].map((one) => readStat(one)).filter((stat) => stat !== null);
}

/** True while this very process is listed and no zombie. */
function isThere(process: ProcessStat): boolean {
  const stat = readStat(process.pid);
  return stat !== null && stat.startTicks === process.startTicks && stat.state !== "Z";
}
