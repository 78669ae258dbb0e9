import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { treeModes } from "../support/cgroups.ts";
import { recordsOf } from "../support/earlier-life.ts";
import { canHoldInKernel, holdInKernel } from "../support/held-in-kernel.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { canBeAnotherUser } from "../support/user.ts";
import { waitFor } from "../support/wait-for.ts";

/** Suspending, resuming and signalling what runs. */
const counting = "while [ ! -e go ]; do echo x; sleep 0.01; done";
const family = `(${counting}) & setsid sh -c '${counting}' & ${counting}; wait; exit 9`;

const isRoot = canBeAnotherUser("signals that are refused");

const shells = installedShells().filter((shell) => !shell.hasBusyboxTools);
const modes = await treeModes();
const cases = shells.flatMap((shell) => modes.map((mode) => ({ shell, name: shell.name, ...mode })));

/** Those that this machine has, and lets run; what it lacks is named. */
const wrappers = [
  { name: "env, nice", words: (own: string) => ["env", "A=1", "nice", "-n", "1", "sh", "-c", own] },
  { name: "setsid", words: (own: string) => ["setsid", "-w", "sh", "-c", own] },
  { name: "script", words: (own: string) => ["script", "-qefc", own, "/dev/null"] },
  { name: "unshare", words: (own: string) => ["unshare", "--pid", "--fork", "sh", "-c", own] },
  { name: "bwrap", words: (own: string) => ["bwrap", "--dev-bind", "/", "/", "--unshare-pid", "sh", "-c", own] },
].filter(({ name, words }) => {
  const [program = "", ...rest] = words("exit 0");
  const isThere = spawnSync(program, rest, { stdio: "ignore" }).status === 0;
  if (!isThere) {
    process.stderr.write(`SKIPPED: attempts behind ${name}; it does not run here\n`);
  }
  return isThere;
});

describe.each(cases)("on $name, $mode", ({ shell, cgroup }) => {
  const isByCgroup = cgroup !== null;

  it("lets all processes stand still, and go on", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(family));
    await grows(bench, order);
    const suspension = await watched.supervisor.suspend(order.key);
    expect(suspension.method).toBe(isByCgroup ? "cgroup" : "signals");
    expect(suspension.processes).toBeGreaterThanOrEqual(3);
    expect(watched.supervisor.isSuspended(order.key)).toBe(true);
    const written = bench.output(order);
    await timePasses(150);
    expect(bench.output(order)).toBe(written);

    expect(await watched.supervisor.resume(order.key)).toBe(suspension.processes);
    expect(watched.supervisor.isSuspended(order.key)).toBe(false);
    await grows(bench, order);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("does not take a suspended attempt for ended", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(`${counting}; exit 9`));
    await grows(bench, order);
    await watched.supervisor.suspend(order.key);
    writeFileSync(bench.path("go"), "");
    // Longer than the supervisor's own interval between two looks.
    await timePasses(1200);
    expect(recordsOf(bench, "x")).toEqual([]);
    expect([watched.endings, watched.orphaned]).toEqual([[], []]);
    await watched.supervisor.resume(order.key);
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("suspends twice and resumes twice without harm", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(family));
    await grows(bench, order);
    const both = await Promise.all([watched.supervisor.suspend(order.key), watched.supervisor.suspend(order.key)]);
    expect(both[1].processes).toBe(both[0].processes);
    await Promise.all([watched.supervisor.resume(order.key), watched.supervisor.resume(order.key)]);
    await grows(bench, order);
  });

  it.skipIf(!canHoldInKernel)("resumes what waited in the kernel and has the stop still before it", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order("echo $$ >pid; exec sleep 0.3"));
    const pid = await watched.pidOf(order);
    await waitFor("it to begin", () => bench.lines("pid").length > 0 && readStat(pid)?.name === "sleep");
    const release = holdInKernel(pid);
    await waitFor("it to be held", () => stateOf(`${pid}`) === "D");
    await watched.supervisor.suspend(order.key);
    await watched.supervisor.resume(order.key);
    // Longer than the supervisor goes on looking for what stops again.
    await timePasses(700);
    release();
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 0 });
  });

  it("lets a process that had stopped itself stay so", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(
      bench.order(`sh -c 'echo $$ >pid; kill -STOP $$; exec sleep 1000' & ${counting}`),
    );
    await waitFor("it to stop itself", () => stateOf(bench.lines("pid")[0]) === "T");
    await watched.supervisor.suspend(order.key);
    await watched.supervisor.resume(order.key);
    await grows(bench, order);
    expect(stateOf(bench.lines("pid")[0])).toBe("T");
  });

  it("wakes a suspended attempt to end it, so that it can act on the signal", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(`trap 'echo cleaned; exit 17' TERM; ${counting}`));
    await grows(bench, order);
    await watched.supervisor.suspend(order.key);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 20_000 });
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "exited", code: 17 });
    expect(ending.termination).toMatchObject({ killed: 0 });
    expect(watched.supervisor.isSuspended(order.key)).toBe(false);
  });

  it("kills a suspended attempt", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(family));
    await grows(bench, order);
    await watched.supervisor.suspend(order.key);
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    expect((await watched.endOf(order)).how).toEqual({ kind: "signalled", signal: "SIGKILL" });
  });

  it("says why one cannot be suspended", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    await expect(watched.supervisor.suspend("none")).rejects.toThrow("it is not running here");
    const ended = watched.start(bench.order("exit 0"));
    await expect(watched.supervisor.suspend(ended.key)).rejects.toThrow("it has not started yet");
    await watched.endOf(ended);
    await expect(watched.supervisor.suspend(ended.key)).rejects.toThrow("it is over");
    const ending = await watched.begin(bench.order(`trap '' TERM; ${counting}`));
    await grows(bench, ending);
    watched.supervisor.terminate(ending.key, { signal: "SIGTERM", graceMs: 60_000 });
    await expect(watched.supervisor.suspend(ending.key)).rejects.toThrow("it is ending");
  });

  it("lets go on what a suspended attempt leaves behind, when it is to be left alone", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup, leftovers: "report" });
    // In a session of its own: to a stopped process group whose leader ends the kernel sends SIGHUP.
    const order = await watched.begin(bench.order(`setsid sh -c '${counting}' & wait; exit 9`));
    await grows(bench, order);
    await watched.supervisor.suspend(order.key);
    watched.supervisor.signal(order.key, "SIGKILL", "main");
    expect((await watched.endOf(order)).leftAlone).not.toBeNull();
    await grows(bench, order);
    writeFileSync(bench.path("go"), "");
  });

  it("sends a signal to the attempt's own process, or to all", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const noting = `trap "echo got" USR1; echo begun; while [ ! -e go ]; do sleep 0.01; done`;
    const order = await watched.begin(bench.order(`sh -c '${noting}' & ${noting}; wait; exit 4`));
    await waitFor("both to begin", () => count(bench, order, "begun") === 2);
    expect(watched.supervisor.signal(order.key, "SIGUSR1", "main")).toEqual({ sent: 1, refused: 0 });
    await waitFor("one to get it", () => count(bench, order, "got") === 1);
    // Their sleeping children may be among those that get it, and end by it.
    expect(watched.supervisor.signal(order.key, "SIGUSR1", "all").sent).toBeGreaterThanOrEqual(2);
    await waitFor("both to get it", () => count(bench, order, "got") === 3);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 4 });
    expect(watched.supervisor.signal(order.key, "SIGUSR1", "all")).toEqual({ sent: 0, refused: 0 });
  });

  it.each(wrappers)("lets a task stand still and go on that is $name", async ({ words }) => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const own =
      "echo begun; until [ -e look ]; do sleep 0.01; done; echo seen; until [ -e go ]; do sleep 0.01; done; exit 31";
    const order = await watched.begin(bench.order({ kind: "argv", argv: words(own) }));
    await suspendAndResume(watched, bench, order);
    writeFileSync(bench.path("look"), "");
    // script(1) misses its child's end if that comes before it has run again; at a terminal, too.
    await waitFor("it to go on", () => bench.output(order).includes("seen"));
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 31 });
  });

  it.skipIf(!isRoot)("tells who may not be signalled from who is not there", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const other = "setpriv --reuid=1 --regid=1 --clear-groups";
    const order = await watched.begin(bench.order(`exec ${other} sh -c 'sleep 1000 & echo begun; wait'`));
    await waitFor("it to begin", () => count(bench, order, "begun") === 1);
    const told = asNobody(() => watched.supervisor.signal(order.key, "SIGUSR1", "all"));
    expect(told).toEqual({ sent: 0, refused: 2 });
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    await watched.endOf(order);
  });

  it("sends a signal to the program on a terminal, and not to what holds the terminal", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const child = `sh -c 'trap "echo child" USR1; while [ ! -e go ]; do sleep 0.01; done' &`;
    const own = `${child} trap "exit 31" USR1; echo begun; while :; do sleep 0.01; done`;
    const order = await watched.begin(bench.order(own, { pty: { columns: 80, rows: 24 } }));
    await suspendAndResume(watched, bench, order);
    expect(watched.supervisor.signal(order.key, "SIGUSR1", "main")).toEqual({ sent: 1, refused: 0 });
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 31 });
    expect(bench.output(order)).toBe("begun\r\n");
  });
});

async function suspendAndResume(watched: Watch, bench: Bench, order: AttemptOrder): Promise<void> {
  await waitFor("it to begin", () => bench.lines(nameOf(order)).some((line) => line.startsWith("begun")));
  await watched.supervisor.suspend(order.key);
  await timePasses(50);
  expect(watched.endings).toEqual([]);
  await watched.supervisor.resume(order.key);
}

/** With the rights of an ordinary user. */
function asNobody<T>(act: () => T): T {
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

async function grows(bench: Bench, order: AttemptOrder): Promise<void> {
  await waitFor("output", () => bench.lines(nameOf(order)).length > 0);
  const before = bench.output(order).length;
  await waitFor("more output", () => bench.output(order).length > before);
}

function count(bench: Bench, order: AttemptOrder, line: string): number {
  return bench.lines(nameOf(order)).filter((one) => one === line).length;
}

function nameOf(order: AttemptOrder): string {
  return order.outputPath.slice(order.outputPath.lastIndexOf("/") + 1);
}

function stateOf(pid: string | undefined): string | undefined {
  return readStat(Number(pid))?.state;
}

/** For claims that nothing happens meanwhile. */
async function timePasses(ms: number): Promise<void> {
  const startedAt = performance.now();
  await waitFor("the clock to go on", () => performance.now() - startedAt > ms);
}
