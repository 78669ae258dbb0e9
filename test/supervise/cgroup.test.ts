import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AttemptCgroup } from "../../src/supervise/cgroup/attempt-cgroup.ts";
import { type CgroupBase, closeCgroupBase, openCgroupBase } from "../../src/supervise/cgroup/base.ts";
import { findPlace } from "../../src/supervise/cgroup/place.ts";
import { readIncarnation } from "../../src/supervise/machine.ts";
import { noLimits } from "../../src/supervise/order.ts";
import { isAlive, readStat } from "../../src/supervise/processes/proc.ts";
import { treeModes } from "../support/cgroups.ts";
import { testDirectory } from "../support/directory.ts";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { installedShells } from "../support/shells.ts";
import { testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** Control groups of attempts: where they are, who is in them, what is left of them. */
const cgroup = (await treeModes()).find((mode) => mode.cgroup !== null)?.cgroup ?? null;
const untilGo = "echo begun; while [ ! -e go ]; do sleep 0.02; done";

describe.each(installedShells())("on $name", (shell) => {
  it.skipIf(cgroup === null)("runs each attempt in a group of its own, which goes with it", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = await watched.begin(bench.order(`cat /proc/self/cgroup; ${untilGo}; exit 7`));
    const pid = await watched.pidOf(order);
    await waitFor("it to begin", () => bench.lines("1.out").includes("begun"));
    const { method, cgroupPath } = watched.started.get(order.key) ?? {};
    expect([method, basename(cgroupPath ?? "")]).toEqual(["cgroup", order.key]);
    // Before its output was opened, so that nothing of it is ever outside.
    expect(bench.output(order)).toContain(`/${order.key}\n`);
    expect(new AttemptCgroup(cgroupPath ?? "").pids()).toContain(pid);
    writeFileSync(bench.path("go"), "");
    const ending = await watched.endOf(order);
    expect(ending.how).toEqual({ kind: "exited", code: 7 });
    expect(ending.leftovers).toBeNull();
    await waitFor("its group to be removed", () => !existsSync(cgroupPath ?? ""));
  });

  it.skipIf(cgroup === null)("says so when the group cannot be joined, and starts nothing", async () => {
    const bench = testBench(shell);
    // Removed between its making and the joining, as by somebody who cleans up.
    const path = join(dirname(cgroup?.path ?? ""), `gone-${process.pid}`);
    mkdirSync(path);
    const watched = watch(bench, { cgroup: { ...(cgroup as CgroupBase), path } });
    const first = watched.start(bench.order("exit 0"));
    await watched.endOf(first);
    // It must not be joined before it is gone.
    const launcher = Number(recordsOf(bench, "l")[0]?.[0]);
    process.kill(launcher, "SIGSTOP");
    onTestFinished(() => void process.kill(launcher, "SIGCONT"));
    const order = bench.order("echo ran >>ran");
    watched.supervisor.start(order);
    await waitFor("the other's group to be gone", () => !existsSync(join(path, first.key)));
    rmdirSync(join(path, order.key));
    rmdirSync(path);
    process.kill(launcher, "SIGCONT");
    expect((await watched.endOf(order)).how).toEqual({ kind: "not_started", problem: "cgroup" });
    expect(bench.lines("ran")).toEqual([]);
  });
});

describe.skipIf(cgroup === null).each(installedShells().slice(0, 1))("whatever the shell", (shell) => {
  it("counts the processor time of all that was in it, a daemon's too", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const burner = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo burnt >burnt";
    const order = await watched.begin(
      bench.order(`(setsid sh -c '${burner}' &); while [ ! -e burnt ]; do sleep 0.01; done`),
    );
    const ending = await watched.endOf(order);
    // Nobody waited for the daemon, so the shim does not know its time.
    expect(ending.figures?.cpuMs).toBeGreaterThan(ending.cpuMs ?? 0);
  });

  it("reaches what has left its group, and ends that, too", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const outside = groupBeside(cgroup as CgroupBase);
    const member = "echo $$ >>pids; exec sleep 1000";
    const order = await watched.begin(
      bench.order(`sh -c '${member}' & echo 0 >${outside.joinPath}; setsid sh -c '${member}' & echo $$ >>pids; wait`),
    );
    await waitFor("its processes", () => bench.lines("pids").length === 3);
    const members = bench.lines("pids").map((pid) => readStat(Number(pid)));
    expect(outside.pids()).toHaveLength(2);

    const { supervisor } = watched;
    expect(await supervisor.suspend(order.key)).toEqual({ processes: 3, method: "signals" });
    expect(members.map((stat) => readStat(stat?.pid ?? 0)?.state)).toEqual(["T", "T", "T"]);
    expect(await supervisor.resume(order.key)).toBe(3);
    supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    expect((await watched.endOf(order)).termination).toMatchObject({ method: "cgroup", signalled: 3 });
    expect(members.filter((stat) => stat !== null && isAlive(stat))).toEqual([]);
  });

  it("ends what has left its group and not its process group, when it ends by itself", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const outside = groupBeside(cgroup as CgroupBase);
    const order = await watched.begin(
      bench.order(`echo 0 >${outside.joinPath}; sh -c 'echo $$ >>pids; exec sleep 1000' & exit 5`),
    );
    const ending = await watched.endOf(order);
    expect(ending).toMatchObject({ how: { kind: "exited", code: 5 }, leftovers: { signalled: 1 } });
  });

  it("says which limits the kernel holds its group to, and not which the base could", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const limits = { ...noLimits, memoryBytes: 2 ** 30, processes: 100 };
    const order = await watched.begin(bench.order("exit 0", { limits }));
    const { kernelKeeps, isOfEarlierLife } = watched.started.get(order.key) ?? {};
    expect(kernelKeeps).toEqual({ memory: cgroup?.hasMemory, processes: cgroup?.hasPids });
    expect(isOfEarlierLife).toBe(false);
    await watched.endOf(order);
  });

  it("takes a group's own limits for what it is held to", () => {
    const group = new AttemptCgroup(testDirectory());
    const limits = { memoryBytes: 4096, processes: 2 };
    expect(group.keeps(limits)).toEqual({ memory: false, processes: false });
    writeFileSync(join(group.path, "memory.max"), "max\n");
    writeFileSync(join(group.path, "pids.max"), "5\n");
    expect(group.keeps(limits)).toEqual({ memory: false, processes: true });
    expect(group.keeps({ memoryBytes: 4096 })).toEqual({ memory: false, processes: false });
  });

  it("runs without a group, and says so, where none can be made", async () => {
    const bench = testBench(shell);
    const path = join(cgroup?.path ?? "", "no", "such");
    const watched = watch(bench, { cgroup: { ...(cgroup as CgroupBase), path } });
    const order = await watched.begin(bench.order("exit 8"));
    const ending = await watched.endOf(order);
    expect([ending.how, ending.figures]).toEqual([{ kind: "exited", code: 8 }, null]);
    expect(watched.started.get(order.key)).toMatchObject({ method: "scan", cgroupPath: null });
    expect(watched.warnings.map(({ message }) => message)).toEqual(["attempt runs without a control group"]);
  });

  it("ends what is in groups that the attempt made below its own", async () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const own = "/proc/self/mountinfo | awk '/ - cgroup2 /{print $5}'";
    const inside = `D=$(cat ${own})$(sed -n "s/^0:://p" /proc/self/cgroup)/below; mkdir "$D"`;
    const order = await watched.begin(
      bench.order(`${inside}; sh -c 'echo 0 >"$0"/cgroup.procs; echo $$ >>pids; exec sleep 1000' "$D"`),
    );
    const pid = Number(await waitFor("the process", () => bench.lines("pids")[0]));
    expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toContain(`${order.key}/below`);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    const ending = await watched.endOf(order);
    expect(ending.termination?.signalled).toBe(2);
    expect(readStat(pid)?.state ?? "Z").toBe("Z");
    const path = watched.started.get(order.key)?.cgroupPath ?? "";
    await waitFor("both groups to be removed", () => !existsSync(path));
  });

  it("finds the group of an attempt again, even when new ones get none", async () => {
    const bench = testBench(shell);
    const order = bench.order(`${untilGo}; exit 9`);
    const begun = () => waitFor("it to begin", () => bench.lines("1.out").includes("begun"));
    await liveAndDie(bench, [order], begun, cgroup);
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect(watched.started.get(order.key)?.method).toBe("cgroup");
    expect((await watched.supervisor.suspend(order.key)).method).toBe("cgroup");
    await watched.supervisor.resume(order.key);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("ends an attempt whose process has not joined its group yet", async () => {
    const bench = testBench(shell);
    const order = bench.order("exit 0");
    const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const stat = await waitFor("its process", () => readStat(child.pid ?? 0));
    const group = new AttemptCgroup(join(cgroup?.path ?? "", order.key));
    group.make();
    // What a server killed right after the `p` record leaves: the group is there, and nobody in it.
    writeFileSync(
      join(bench.nodeDirectory, "journal.1"),
      `h 1 ${readIncarnation()} 1 .\np ${order.key} ${stat.pid} 1 ${stat.startTicks} ${Date.now() / 1000} .\n`,
    );
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order]);
    expect(watched.started.get(order.key)?.method).toBe("cgroup");
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    const ending = await watched.endOf(order);
    expect(ending.termination?.signalled).toBe(1);
    expect(isAlive(stat)).toBe(false);
  });

  it("adopts by scanning what an earlier life started without a group", async () => {
    const bench = testBench(shell);
    const order = bench.order(`${untilGo}; exit 9`);
    await liveAndDie(bench, [order], () => waitFor("it to begin", () => bench.lines("1.out").includes("begun")));
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([order]);
    expect(watched.started.get(order.key)).toMatchObject({ method: "scan", cgroupPath: null });
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual({ kind: "exited", code: 9 });
  });

  it("leaves neither a group nor a file of one whose files could not be written", () => {
    const bench = testBench(shell);
    const watched = watch(bench, { cgroup });
    const order = bench.order({ kind: "script", body: "cat", interpreter: null }, { stdin: "text" });
    const files = join(bench.nodeDirectory, "files");
    symlinkSync(bench.path("no/such/place"), join(files, `${order.key}.script`));
    expect(() => watched.supervisor.start(order)).toThrow("ENOENT");
    expect(readdirSync(files)).toEqual([]);
    expect(existsSync(join(cgroup?.path ?? "", order.key))).toBe(false);
  });

  it("removes empty groups that earlier lives left", async () => {
    const bench = testBench(shell);
    const left = new AttemptCgroup(join(cgroup?.path ?? "", `left.${process.pid}`));
    left.make();
    const watched = watch(bench, { cgroup });
    await watched.supervisor.adopt([]);
    expect(left.isThere()).toBe(false);
  });

  it("keeps the node's directory while an attempt is below it, and no longer", async () => {
    const base = await openCgroupBase({ mode: "auto", node: `closed-${process.pid}` });
    if ("problem" in base) {
      throw new Error(base.problem);
    }
    const attempt = new AttemptCgroup(join(base.path, "1.1.x"));
    attempt.make();
    closeCgroupBase(base);
    expect(attempt.isThere()).toBe(true);
    attempt.remove();
    closeCgroupBase(base);
    expect(existsSync(base.path)).toBe(false);
  });

  it("moves itself to a leaf where it has to, and not again", async () => {
    const top = topThatOffers("hugetlb");
    if (top === null) {
      process.stderr.write("SKIPPED: a server that moves to a leaf; no controller can be handed on here\n");
      return;
    }
    const own = join(top, `leaf-test-${process.pid}`);
    mkdirSync(own);
    onTestFinished(async () => {
      await waitFor("the group to be empty", () => new AttemptCgroup(own).remove());
    });
    const first = await openIn(own);
    expect(first).toMatchObject({ path: join(own, "utm", "leaf"), note: expect.stringContaining("moved itself to") });
    const second = await openIn(join(own, "server"));
    expect(second).toMatchObject({ path: join(own, "utm", "leaf"), note: null });
  });
});

describe("findPlace", () => {
  const mounted = (root: string, point: string) =>
    `23 1 0:20 / / rw - ext4 /dev/vda rw\n41 31 0:38 ${root} ${point} rw,relatime - cgroup2 cgroup2 rw\n`;
  const groupAt = (...words: string[]) => {
    const path = join(...words);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "cgroup.procs"), "");
    writeFileSync(join(path, "cgroup.type"), "domain\n");
    return path;
  };

  it.each([
    { name: "a unit", own: "system.slice/utm.service", base: "system.slice/utm.service", isStartedInto: true },
    {
      name: "a leaf of a unit",
      own: "system.slice/utm.service/main",
      base: "system.slice/utm.service",
      isStartedInto: false,
    },
    { name: "any other", own: "some/where", base: "some/where", isStartedInto: false },
  ])("takes for the base of $name the right one", ({ own, base, isStartedInto }) => {
    const point = testDirectory();
    const path = groupAt(point, own);
    groupAt(point, base);
    const place = findPlace(mounted("/", point), `4:memory:/x\n0::/${own}\n`);
    expect(place).toEqual({ own: path, base: join(point, base), isTop: false, isStartedInto });
  });

  it("finds it where a container shows only a part of the tree", () => {
    const point = testDirectory();
    expect(findPlace(mounted("/docker/abc", point), "0::/docker/abc/child\n")).toHaveProperty("problem");
    const path = groupAt(point, "child");
    expect(findPlace(mounted("/docker/abc", point), "0::/docker/abc/child\n")).toMatchObject({ own: path, base: path });
    expect(findPlace(mounted("/docker/abc", point), "0::/docker/other\n")).toHaveProperty("problem");
  });

  it("says when there is none", () => {
    expect(findPlace("23 1 0:20 / / rw - ext4 /dev/vda rw\n", "0::/\n")).toEqual({
      problem: "This machine has no cgroup file system of version 2 mounted.",
    });
  });
});

/** A group that an attempt may go to, of no attempt. */
function groupBeside(base: CgroupBase): AttemptCgroup {
  const group = new AttemptCgroup(join(dirname(base.path), `beside-${process.pid}`));
  group.make();
  onTestFinished(async () => {
    group.kill();
    await waitFor("the group beside to be empty", () => group.remove());
  });
  return group;
}

/** The top of the tree, if this process is there and a controller that is there for nobody else can be handed on. */
function topThatOffers(controller: string): string | null {
  const place = findPlace();
  if ("problem" in place || !place.isTop) {
    return null;
  }
  const read = (file: string) => readFileSync(join(place.base, file), "utf8").split(/\s+/);
  if (!read("cgroup.controllers").includes(controller) || read("cgroup.subtree_control").includes(controller)) {
    return null;
  }
  const write = (sign: string) => writeFileSync(join(place.base, "cgroup.subtree_control"), `${sign}${controller}`);
  write("+");
  onTestFinished(() => write("-"));
  return place.base;
}

/** What a server that sits in this group is told. */
async function openIn(directory: string): Promise<unknown> {
  const module = new URL("../../src/supervise/cgroup/base.ts", import.meta.url);
  const text = [
    `const { openCgroupBase } = await import(${JSON.stringify(module.href)});`,
    'const base = await openCgroupBase({ mode: "auto", node: "leaf", controllers: ["hugetlb"] });',
    "process.stdout.write(JSON.stringify(base));",
  ].join("\n");
  const enter = 'echo 0 >"$1" || exit 1; shift; exec "$@"';
  const words = [join(directory, "cgroup.procs"), process.execPath, "--input-type=module", "-e", text];
  const child = spawn("/bin/sh", ["-c", enter, "sh", ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let told = "";
  child.stdout.on("data", (chunk) => {
    told += chunk;
  });
  await once(child, "close");
  return JSON.parse(told);
}
