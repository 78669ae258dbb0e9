import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readIncarnation } from "../../src/supervise/machine.ts";
import { isAlive, readStat } from "../../src/supervise/processes/proc.ts";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** What happens when parts of the machinery itself are killed, cut, or found to be from another life. */
const shells = installedShells();
const untilGo = "echo begun; while [ ! -e go ]; do sleep 0.03; done";

describe.each(shells.filter((shell) => !shell.name.startsWith("busybox")))("on $name", (shell) => {
  it("replaces a launcher killed with kill -9: what runs goes on, what was ordered starts exactly once", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const running = watched.start(bench.order(`${untilGo}; exit 11`));
    await watched.pidOf(running);
    const ordered = Array.from({ length: 30 }, () => watched.start(bench.order('echo "$UTM_RUN" >>begun; exit 12')));
    killByRecord(recordsOf(bench, "l")[0]);
    const later = watched.start(bench.order('echo "$UTM_RUN" >>begun; exit 13'));
    for (const order of ordered) {
      expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 12 });
    }
    expect((await watched.endOf(later)).how).toEqual({ kind: "exited", code: 13 });
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(running)).how).toEqual({ kind: "exited", code: 11 });
    expect(bench.lines("begun").sort()).toEqual([...ordered, later].map((order) => order.key).sort());
    const fields = { why: "ended", generation: 1 };
    expect(watched.warnings).toEqual([{ message: "launcher replaced", fields }]);
    expect(watched.orphaned).toEqual([]);
  });

  it("says that an attempt is orphaned when its shim was killed, and unknown when it ends", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order(`${untilGo}; echo end; exit 3`));
    const pid = await watched.pidOf(order);
    killByPid(shimOf(bench, order.key));
    await waitFor("to be told that it is orphaned", () => watched.orphaned.includes(order.key));
    expect(readStat(pid)).not.toBeNull();
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "unknown" });
    expect(bench.output(order)).toBe("begun\nend\n");
    expect(watched.orphaned).toEqual([order.key]);
  });

  it("ends an orphaned attempt when asked", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order("trap '' TERM; sleep 1000"));
    const pid = await watched.pidOf(order);
    const stat = readStat(pid);
    killByPid(shimOf(bench, order.key));
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 0 });
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "unknown" });
    expect(ending.termination).not.toBeNull();
    expect(stat !== null && isAlive(stat)).toBe(false);
  });

  it.each([7, 137])("loses only the record that was cut, not the one behind it (exit %i)", async (code) => {
    const bench = testBench(shell);
    const cut = bench.order("exit 21");
    const whole = bench.order("exit 22");
    const running = bench.order(`${untilGo}; exit ${code}`);
    await liveAndDie(bench, [whole, running], async () => {
      await waitFor("the whole end", () => recordsOf(bench, "x").length === 1);
      await waitFor("the other to run", () => recordsOf(bench, "p").length === 2);
    });
    // What a full disk leaves: the first bytes of a record, without its line end.
    appendFileSync(journalPath(bench), `p ${cut.key} 99 98 1 ${Date.now() / 1000} .\nx ${cut.key} 99 2`);
    const watched = watch(bench);
    await watched.supervisor.adopt([cut, whole, running]);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(whole)).how).toEqual({ kind: "exited", code: 22 });
    expect((await watched.endOf(cut)).how).toEqual({ kind: "unknown" });
    expect((await watched.endOf(running)).how).toEqual({ kind: "exited", code });
  });

  it("adopts a stopped process as it is", async () => {
    const bench = testBench(shell);
    const order = bench.order("echo $$ >pid; kill -STOP $$; exit 14");
    const stopped = () => readStat(Number(bench.lines("pid")[0]))?.state === "T";
    await liveAndDie(bench, [order], () => waitFor("it to stop itself", stopped));
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect(watched.endings).toEqual([]);
    process.kill(Number(bench.lines("pid")[0]), "SIGCONT");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 14 });
  });
});

describe.each(shells.slice(0, 1))("whatever the shell", (shell) => {
  it("calls what ran before the machine restarted lost, and never starts it again", async () => {
    const bench = testBench(shell);
    const [running, ended, ordered] = [1, 2, 3].map(() => bench.order('echo "$UTM_RUN" >>begun'));
    if (running === undefined || ended === undefined || ordered === undefined) {
      throw new Error("Three orders were made.");
    }
    const stranger = startStranger();
    const leaderless = await startLeaderlessGroup();
    const nowS = Date.now() / 1000;
    writeJournal(bench, [
      "h 1 another-boot.1 1 .",
      `p ${running.key} ${stranger.pid} ${stranger.pid} ${stranger.startTicks} ${nowS - 60} .`,
      `p ${ended.key} ${leaderless.groupId} 98 1 ${nowS - 60} .`,
      `x ${ended.key} ${leaderless.groupId} 5 ${nowS - 50} 1 1 .`,
    ]);
    const watched = watch(bench);
    await watched.supervisor.adopt([running, ended, ordered]);
    watched.supervisor.terminate(running.key, { signal: "SIGKILL", graceMs: 0 });
    const lost = { kind: "lost", cause: "restart" };
    expect((await watched.endOf(running)).how).toEqual(lost);
    expect((await watched.endOf(ended)).how).toEqual({ kind: "exited", code: 5 });
    expect((await watched.endOf(ordered)).how).toEqual(lost);
    const next = watched.start(bench.order('echo "$UTM_RUN" >>begun'));
    await watched.endOf(next);
    expect(bench.lines("begun")).toEqual([next.key]);
    expect([isAlive(stranger), isAlive(leaderless)]).toEqual([true, true]);
  });

  it("calls attempts lost when the journals are gone", async () => {
    const bench = testBench(shell);
    const order = bench.order("echo ran >>begun");
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect((await watched.endOf(order)).how).toEqual({ kind: "lost", cause: "no-journal" });
    expect(bench.lines("begun")).toEqual([]);
  });

  it("calls an end unknown whose record was cut off the journal", async () => {
    const bench = testBench(shell);
    const order = bench.order("exit 23");
    await liveAndDie(bench, [order], () => waitFor("its end", () => recordsOf(bench, "x").length === 1));
    truncateSync(journalPath(bench), readFileSync(journalPath(bench)).length - 3);
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect((await watched.endOf(order)).how).toEqual({ kind: "unknown" });
  });

  it("starts what was ordered when a life died before it wrote its journal's first line", async () => {
    const bench = testBench(shell);
    await liveAndDie(bench, [], async () => undefined);
    writeJournal(bench, [], 2);
    const order = bench.order("exit 24");
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 24 });
  });

  it("is not held up by a launcher whose life died before it opened its FIFO", async () => {
    const bench = testBench(shell);
    await liveAndDie(bench, [], async () => undefined);
    const fifo = join(bench.nodeDirectory, "ctl.1");
    const halfBorn = spawn(bench.launcher.shell.path, [fifo], { stdio: "ignore" });
    onTestFinished(() => {
      halfBorn.kill("SIGKILL");
    });
    const order = bench.order("exit 25");
    const watched = watch(bench);
    const before = performance.now();
    await watched.supervisor.adopt([order]);
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 25 });
    expect(performance.now() - before).toBeLessThan(3000);
    await waitFor("the old launcher to end", () => halfBorn.exitCode !== null || halfBorn.signalCode !== null);
  });

  it("never signals a process that was given the number of an attempt's", async () => {
    const bench = testBench(shell);
    const order = bench.order("exit 0");
    const shim = startLookalikeOfShim(bench);
    const stranger = startStranger();
    const otherStart = Number(stranger.startTicks) + 1;
    writeJournal(bench, [
      `h 1 ${readIncarnation()} 1 .`,
      `p ${order.key} ${stranger.pid} ${shim.pid} ${otherStart} ${Date.now() / 1000 - 60} .`,
    ]);
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect(watched.endings).toEqual([]);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 0 });
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    shim.kill("SIGKILL");
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "unknown" });
    expect(ending.termination).toMatchObject({ signalled: 0, killed: 0 });
    expect(isAlive(stranger)).toBe(true);
  });

  it("does not take a later shim with the same number for an attempt's own", async () => {
    const bench = testBench(shell);
    const order = bench.order("exit 0");
    const attempt = startStranger();
    const shim = await waitFor("a shim that started later", () => {
      const one = startLookalikeOfShim(bench);
      return Number(readStat(one.pid ?? 0)?.startTicks) > Number(attempt.startTicks) && one;
    });
    writeJournal(bench, [
      `h 1 ${readIncarnation()} 1 .`,
      `p ${order.key} ${attempt.pid} ${shim.pid} ${attempt.startTicks} ${Date.now() / 1000 - 60} .`,
    ]);
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect(watched.orphaned).toEqual([order.key]);
  });

  it("compares the start time right before it signals", () => {
    const stranger = startStranger();
    const other = { pid: stranger.pid, startTicks: `${Number(stranger.startTicks) - 1}` };
    expect(signalProcess(other, "SIGKILL")).toBe(false);
    expect(isAlive(stranger)).toBe(true);
    expect(signalProcess(stranger, "SIGKILL")).toBe(true);
  });

  it("keeps nothing of attempts that are forgotten", async () => {
    const bench = testBench(shell);
    const script = { kind: "script", body: "exit 2\n", interpreter: null } as const;
    const orders = [bench.order(script, { stdin: "text" }), bench.order(`: ${"x".repeat(5000)}`)];
    await liveAndDie(bench, orders, () => waitFor("both ends", () => recordsOf(bench, "x").length === 2));
    const watched = watch(bench);
    await watched.supervisor.adopt(orders);
    for (const order of orders) {
      await watched.endOf(order);
      watched.supervisor.forget(order.key);
    }
    const left = [...filesBelow(bench)].filter((path) => !/\.2$/.test(path));
    expect(left).toEqual([]);
  });
});

function* filesBelow(bench: Bench): Iterable<string> {
  for (const entry of readdirSync(bench.nodeDirectory, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory()) {
      yield entry.name;
    }
  }
}

function journalPath(bench: Bench, generation = 1): string {
  return join(bench.nodeDirectory, `journal.${generation}`);
}

function writeJournal(bench: Bench, lines: readonly string[], generation = 1): void {
  rmSync(journalPath(bench, generation), { force: true });
  writeFileSync(journalPath(bench, generation), lines.map((line) => `${line}\n`).join(""));
}

/** A shim is known by its command line, which names the FIFO. */
function startLookalikeOfShim(bench: Bench) {
  const shim = spawn("sleep", ["1000"], { argv0: join(bench.nodeDirectory, "ctl.1"), stdio: "ignore" });
  onTestFinished(() => {
    shim.kill("SIGKILL");
  });
  return shim;
}

/** A process that is none of ours, in a group of its own. */
function startStranger() {
  const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const stat = readStat(child.pid ?? 0);
  if (stat === null) {
    throw new Error("The stranger did not start.");
  }
  return stat;
}

/** A process whose group's leader has ended, so that the group's number is no process's any more. */
async function startLeaderlessGroup() {
  const leader = spawn("sh", ["-c", "sleep 1000 >/dev/null & echo $!"], { detached: true });
  const [pid] = await Promise.all([once(leader.stdout, "data").then(Number), once(leader, "exit")]);
  const stat = readStat(pid);
  if (stat === null) {
    throw new Error("The group did not start.");
  }
  onTestFinished(() => {
    signalProcess(stat, "SIGKILL");
  });
  return stat;
}

function shimOf(bench: Bench, key: string): number {
  return Number(recordsOf(bench, "p").find(([ofKey]) => ofKey === key)?.[2]);
}

function killByRecord(launcher: string[] | undefined): void {
  const [pid, startTicks = ""] = launcher ?? [];
  expect(signalProcess({ pid: Number(pid), startTicks }, "SIGKILL")).toBe(true);
}

function killByPid(pid: number): void {
  const stat = readStat(pid);
  expect(stat !== null && signalProcess(stat, "SIGKILL")).toBe(true);
}
