import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { treeModes } from "../support/cgroups.ts";
import { type EarlierLife, liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** The server, or a shim, is killed with kill -9 while an attempt is suspended or being ended. */
const counting = "while [ ! -e go ]; do echo x; sleep 0.01; done";

const shells = installedShells().filter((shell) => !shell.name.startsWith("busybox"));
const modes = await treeModes();
const cases = shells.flatMap((shell) => modes.map((mode) => ({ shell, name: shell.name, ...mode })));

describe.each(cases)("on $name, $mode", ({ shell, name, cgroup }) => {
  it("keeps a suspended attempt suspended over a restart", async () => {
    const bench = testBench(shell);
    const order = bench.order(`${counting}; exit 9`);
    await liveAndDie(bench, [order], (life) => begunAndSuspended(bench, order, life), cgroup);
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order], new Set([order.key]));
    expect(watched.supervisor.isSuspended(order.key)).toBe(true);
    const written = bench.output(order);
    await timePasses(100);
    expect(bench.output(order)).toBe(written);
    expect(await watched.supervisor.resume(order.key)).toBeGreaterThan(0);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("suspends what the earlier life was to suspend and had not", async () => {
    const bench = testBench(shell);
    const order = bench.order(`${counting}; exit 9`);
    await liveAndDie(bench, [order], () => hasBegun(bench, order), cgroup);
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order], new Set([order.key]));
    const written = bench.output(order);
    await timePasses(100);
    expect(bench.output(order)).toBe(written);
  });

  it("wakes what the earlier life had stopped and nobody wants to stand still", async () => {
    const bench = testBench(shell);
    const order = bench.order(`sh -c 'echo $$ >pid; kill -STOP $$; exec sleep 1000' & ${counting}; exit 9`);
    const prepare = async (life: EarlierLife) => {
      await waitFor("it to stop itself", () => stateOf(bench.lines("pid")[0]) === "T");
      await begunAndSuspended(bench, order, life);
    };
    await liveAndDie(bench, [order], prepare, cgroup);
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order]);
    expect(watched.supervisor.isSuspended(order.key)).toBe(false);
    const before = bench.output(order).length;
    await waitFor("more output", () => bench.output(order).length > before);
    // Not what stood still by its own doing.
    expect(stateOf(bench.lines("pid")[0])).toBe("T");
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("wakes what the earlier life had stopped to kill it, when the ending is not ordered again", async () => {
    const bench = testBench(shell);
    const order = bench.order(`trap 'echo got' TERM; ${counting}; exit 9`);
    const end = async (life: EarlierLife) => {
      await hasBegun(bench, order);
      await life.act({ key: order.key, act: "terminate", signal: "SIGTERM", graceMs: 600_000 });
      await waitFor("the signal to arrive", () => bench.output(order).includes("got"));
      // As it does when the grace is over, right before it kills.
      process.kill(Number(recordsOf(bench, "p")[0]?.[1]), "SIGSTOP");
    };
    await liveAndDie(bench, [order], end, cgroup);
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order]);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("goes on with an ending the earlier life had begun, when ordered again", async () => {
    const bench = testBench(shell);
    const order = bench.order(`trap 'echo got' TERM; sh -c "trap '' TERM; echo x; exec sleep 1000" & ${counting}`);
    const end = async (life: EarlierLife) => {
      await hasBegun(bench, order);
      await life.act({ key: order.key, act: "terminate", signal: "SIGTERM", graceMs: 600_000 });
      await waitFor("the signal to arrive", () => bench.output(order).includes("got"));
    };
    await liveAndDie(bench, [order], end, cgroup);
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order]);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 50 });
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(ending.termination?.killed).toBeGreaterThanOrEqual(2);
  });

  it("goes on with an ending of a suspended attempt", async () => {
    const bench = testBench(shell);
    const order = bench.order(`trap 'exit 17' TERM; ${counting}`);
    await liveAndDie(bench, [order], (life) => begunAndSuspended(bench, order, life), cgroup);
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order], new Set([order.key]));
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 20_000 });
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 17 });
  });

  /**
   * When the parent of a stopped process group dies, the kernel sends the group SIGHUP and SIGCONT (setpgid(2)), unless it
   * has a session of its own. So in bash, whose `set -m` makes no session, stopped processes do not survive their shim.
   */
  it("tells the truth about a suspended attempt whose shim is killed", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(`${counting}; exit 9`));
    await hasBegun(bench, order);
    await watched.supervisor.suspend(order.key);
    const shim = readStat(Number(recordsOf(bench, "p")[0]?.[2]));
    expect(shim !== null && signalProcess(shim, "SIGKILL")).toBe(true);
    if (name === "bash" && cgroup === null) {
      expect((await watched.endOf(order)).how).toEqual({ kind: "unknown" });
      return;
    }
    await waitFor("to be told that it is orphaned", () => watched.orphaned.includes(order.key));
    const written = bench.output(order);
    await timePasses(100);
    expect(bench.output(order)).toBe(written);
    await watched.supervisor.resume(order.key);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "unknown" });
  });

  it("ends what is left of an orphaned attempt whose own process is gone", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const child = "setsid sh -c 'echo $$ >>child; exec sleep 1000'";
    const order = await watched.begin(bench.order(`${child} & ${counting}; exit 9`));
    await hasBegun(bench, order);
    const left = await waitFor("the child", () => readStat(Number(bench.lines("child")[0] ?? 0)));
    const shim = readStat(Number(recordsOf(bench, "p")[0]?.[2]));
    expect(shim !== null && signalProcess(shim, "SIGKILL")).toBe(true);
    await waitFor("to be told that it is orphaned", () => watched.orphaned.includes(order.key));
    writeFileSync(bench.path("go"), "");
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "unknown" });
    expect(ending.leftovers).toMatchObject({ signalled: 1, killed: 0 });
    expect(readStat(left.pid)?.startTicks === left.startTicks && stateOf(`${left.pid}`) !== "Z").toBe(false);
  });
});

async function begunAndSuspended(bench: Bench, order: AttemptOrder, life: EarlierLife): Promise<void> {
  await hasBegun(bench, order);
  await life.act({ key: order.key, act: "suspend" });
}

async function hasBegun(bench: Bench, order: AttemptOrder): Promise<void> {
  const name = order.outputPath.slice(order.outputPath.lastIndexOf("/") + 1);
  await waitFor("output", () => bench.lines(name).length > 1);
}

function stateOf(pid: string | undefined): string | undefined {
  return readStat(Number(pid))?.state;
}

/** For claims that nothing happens meanwhile. */
async function timePasses(ms: number): Promise<void> {
  const startedAt = performance.now();
  await waitFor("the clock to go on", () => performance.now() - startedAt > ms);
}
