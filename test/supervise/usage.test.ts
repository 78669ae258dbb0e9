import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { frameSize } from "../../src/supervise/frame.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { readIo, readStat } from "../../src/supervise/processes/proc.ts";
import { decodeUsage, encodeUsage } from "../../src/supervise/usage/encoding.ts";
import type { AttemptToSample } from "../../src/supervise/usage/sampled-attempt.ts";
import { UsageSampler } from "../../src/supervise/usage/sampler.ts";
import type { ExceededLimit, Usage, UsageLimits } from "../../src/supervise/usage/usage.ts";
import { hasEnded } from "../support/processes.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** What attempts use, found out from real processes started as tasks are. */
const intervalMs = 50;
const noLimits: UsageLimits = { memoryBytes: null, cpuMs: null, processes: null };
const mebibyte = 1024 * 1024;
/** Uses more than 200 ms of processor time, and says so. */
const burn = 'i=0; while [ "$(awk "{print \\$14+\\$15}" /proc/$$/stat)" -lt 20 ]; do i=$((i+1)); done';

/** A sampler that keeps what it tells. Closed when the test ends. */
function startSampler() {
  const exceeded: ExceededLimit[] = [];
  const warnings: unknown[] = [];
  let walks = 0;
  const sampler = new UsageSampler({
    clock: Date.now,
    intervalMs,
    onExceeded: (limit) => exceeded.push(limit),
    onSampled: () => {
      walks += 1;
    },
    onWarning: (message, fields) => warnings.push({ message, ...fields }),
  });
  onTestFinished(() => {
    sampler.close();
    expect(warnings).toEqual([]);
  });
  /** Resolves when a walk that began after this call is over. */
  const walked = async () => {
    const from = walks;
    await waitFor("two walks", () => walks >= from + 2);
  };
  return { sampler, exceeded, walked, walks: () => walks };
}

function firstShell(): Bench {
  const [shell] = installedShells();
  if (shell === undefined) {
    throw new Error("No shell is installed.");
  }
  return testBench(shell);
}

/** Starts a command as a task is started; answers it as the sampler wants it. */
async function startAttempt(
  bench: Bench,
  command: string,
  more: Partial<AttemptToSample> = {},
  ordered: Partial<AttemptOrder> = {},
) {
  const watched = watch(bench);
  const order: AttemptOrder = watched.start(bench.order(command, ordered));
  const pid = await watched.pidOf(order);
  const attempt: AttemptToSample = {
    key: order.key,
    pid,
    startTicks: readStat(pid)?.startTicks ?? "gone",
    startedAtMs: watched.started.get(order.key)?.startedAtMs ?? 0,
    outputPath: order.outputPath,
    cgroupPath: null,
    limits: noLimits,
    restored: null,
    ...more,
  };
  return { attempt, endOf: () => watched.endOf(order) };
}

function usageWhen(sampler: UsageSampler, key: string, what: string, isSo: (usage: Usage) => boolean): Promise<Usage> {
  return waitFor(what, () => {
    const usage = sampler.peek(key);
    return usage !== null && isSo(usage) ? usage : null;
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

it("sees memory, processes and processor time, and the series adds up to the totals", async () => {
  const bench = firstShell();
  const { sampler } = startSampler();
  const holdMemory = `${process.execPath} -e 'b = Buffer.alloc(100 * 1024 * 1024, 1); setInterval(() => b, 1000)'`;
  const { attempt } = await startAttempt(bench, `${holdMemory} & sleep 1000 & sh -c '${burn}; sleep 1000'; wait`);
  sampler.add(attempt);
  const usage = await usageWhen(
    sampler,
    attempt.key,
    "all of it to be seen",
    ({ cpuMs, maxRssBytes, maxProcesses }) => {
      return cpuMs >= 200 && (maxRssBytes ?? 0) > 100 * mebibyte && maxProcesses !== null && maxProcesses >= 4;
    },
  );
  const { points } = usage.series;
  expect(sum(points.map(({ cpuMs }) => cpuMs))).toBe(usage.cpuMs);
  expect(Math.max(...points.map(({ rssBytes }) => rssBytes))).toBe(usage.maxRssBytes);
  expect(Math.max(...points.map(({ processes }) => processes))).toBe(usage.maxProcesses);
  expect(points.map(({ atMs }) => atMs)).toEqual(points.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
});

it("counts processes too short to be seen, as soon as they were waited for", async () => {
  const bench = firstShell();
  const { sampler, walked } = startSampler();
  const command =
    "i=0; while [ $i -lt 200 ]; do awk 'BEGIN { while (j < 20000) j++ }'; i=$((i+1)); done; exec sleep 1000";
  const { attempt } = await startAttempt(bench, command);
  sampler.add(attempt);
  await waitFor("the last of them", () => readStat(attempt.pid)?.name === "sleep");
  await walked();
  const stat = readStat(attempt.pid);
  expect(stat?.waitedCpuMs).toBeGreaterThan(0);
  expect(sampler.peek(attempt.key)?.cpuMs).toBe((stat?.cpuMs ?? 0) + (stat?.waitedCpuMs ?? 0));
});

it("keeps what a process used that nobody waited for", async () => {
  const bench = firstShell();
  const { sampler, walked } = startSampler();
  const { attempt } = await startAttempt(
    bench,
    `(setsid sh -c 'echo $$ >lonely; ${burn}; echo >burnt; read -r _ <end' &); exec sleep 1000`,
  );
  sampler.add(attempt);
  await waitFor("it to have burnt", () => existsSync(bench.path("burnt")));
  const lonely = Number(readFileSync(bench.path("lonely"), "utf8"));
  await walked();
  const before = sampler.peek(attempt.key)?.cpuMs ?? 0;
  expect(before).toBeGreaterThanOrEqual(200);
  process.kill(lonely, "SIGKILL");
  await waitFor("it to be gone", () => hasEnded(lonely));
  for (let count = 0; count < 5; count += 1) {
    await walked();
  }
  expect(sampler.peek(attempt.key)?.cpuMs).toBeGreaterThanOrEqual(before);
  // Whoever inherited it may not have looked at it yet: then a zombie is left.
  const left = sampler.processes(attempt.key)?.filter(({ state }) => state !== "Z");
  expect(left?.map(({ name }) => name)).toEqual(["sleep"]);
});

const sleeper = "echo $$ >>pids; exec sleep 1000";
const hidingPlaces = [
  {
    name: "children and grandchildren",
    command: `(${sleeper}) & sh -c 'sh -c "${sleeper}" & ${sleeper}' & wait`,
    count: 3,
  },
  { name: "one that left its parent and its session", command: `(setsid sh -c '${sleeper}' &) ; sleep 1000`, count: 1 },
  {
    name: "one that also cleared its environment, and kept its output",
    command: `(env -i "PATH=$PATH" setsid sh -c '${sleeper}' 2>/dev/null &) ; sleep 1000`,
    count: 1,
  },
  {
    name: "one that also cleared its environment, and kept its error output",
    command: `(env -i "PATH=$PATH" setsid sh -c '${sleeper}' >/dev/null &) ; sleep 1000`,
    count: 1,
  },
  {
    name: "one that also left its output, and kept its environment",
    command: `(setsid sh -c '${sleeper}' >/dev/null 2>&1 &) ; sleep 1000`,
    count: 1,
  },
  {
    name: "one that left its parent, its output and its environment, and kept its group",
    command: `(env -i "PATH=$PATH" sh -c '${sleeper}' >/dev/null 2>&1 &) ; sleep 1000`,
    count: 1,
  },
  { name: "a stopped process", command: "echo $$ >>pids; kill -STOP $$; sleep 1000", count: 1 },
];

it.each(hidingPlaces)("finds $name", async ({ command, count }) => {
  const bench = firstShell();
  const { attempt } = await startAttempt(bench, command);
  const pids = await waitFor("its processes to be known", () => {
    const lines = bench.lines("pids").map(Number);
    return lines.length === count ? lines : null;
  });
  const { sampler, walked } = startSampler();
  sampler.add(attempt);
  await walked();
  const found = sampler.processes(attempt.key)?.map(({ pid }) => pid) ?? [];
  expect(pids.filter((pid) => !found.includes(pid))).toEqual([]);
  expect(sampler.peek(attempt.key)?.looks).toBeGreaterThan(0);
});

it("tells attempts apart from each other and from the rest of the machine", async () => {
  const bench = firstShell();
  const { sampler, walked } = startSampler();
  const ours = await startAttempt(bench, "sleep 1001 & (setsid sleep 1002 &); exec sleep 1003");
  const others = await startAttempt(bench, "sleep 1004 & exec sleep 1005");
  sampler.add(ours.attempt);
  sampler.add(others.attempt);
  await walked();
  const lines = (key: string) =>
    sampler
      .processes(key)
      ?.map(({ commandLine }) => commandLine?.join(" "))
      .toSorted();
  await waitFor("all to have become sleep", () => lines(ours.attempt.key)?.every((line) => line?.startsWith("sleep")));
  expect(lines(ours.attempt.key)).toEqual(["sleep 1001", "sleep 1002", "sleep 1003"]);
  expect(lines(others.attempt.key)).toEqual(["sleep 1004", "sleep 1005"]);
  expect(sampler.processes(ours.attempt.key)?.at(0)).toMatchObject({
    pid: ours.attempt.pid,
    state: "S",
    name: "sleep",
  });
});

it("takes a process that got the number of an attempt's process for a foreign one", async () => {
  const bench = firstShell();
  const { sampler, walked } = startSampler();
  const { attempt } = await startAttempt(bench, "sleep 1000 & exec sleep 1000");
  const earlier = String(Number(attempt.startTicks) - 1);
  sampler.add({ ...attempt, key: "another.1.attempt", startTicks: earlier, outputPath: bench.path("another") });
  await walked();
  expect(sampler.processes("another.1.attempt")).toEqual([]);
  expect(sampler.remove("another.1.attempt")).toMatchObject({ looks: 0, cpuMs: 0, maxRssBytes: null, readBytes: null });
});

it("knows what was read and written as the kernel does", async ({ skip }) => {
  const bench = firstShell();
  const { sampler, walked } = startSampler();
  const { attempt } = await startAttempt(bench, "dd if=/dev/zero of=data bs=1M count=8 conv=fsync; exec sleep 1000");
  skip(readIo(attempt.pid) === "refused", "/proc/PID/io may not be read here");
  sampler.add(attempt);
  await waitFor("dd to have ended", () => readStat(attempt.pid)?.name === "sleep");
  await walked();
  const io = readIo(attempt.pid);
  expect(sampler.peek(attempt.key)).toMatchObject(io as object);
});

it("goes on after a restart, with the time nobody looked marked as such", async () => {
  const bench = firstShell();
  const first = startSampler();
  const { attempt } = await startAttempt(bench, `${burn}; exec sleep 1000`);
  first.sampler.add(attempt);
  await usageWhen(first.sampler, attempt.key, "some use", ({ cpuMs }) => cpuMs >= 100);
  first.sampler.close();
  const stored = encodeUsage(first.sampler.peek(attempt.key) as Usage);
  const storedAtMs = performance.now();
  await waitFor("a while to pass", () => performance.now() - storedAtMs > 5 * intervalMs);
  const restored = decodeUsage(stored) as Usage;
  const second = startSampler();
  second.sampler.add({ ...attempt, restored });
  const usage = await usageWhen(second.sampler, attempt.key, "new looks", ({ looks }) => looks > restored.looks + 3);
  const stat = readStat(attempt.pid);
  expect(usage.cpuMs).toBeGreaterThanOrEqual(restored.cpuMs);
  expect(usage.cpuMs).toBeLessThanOrEqual((stat?.cpuMs ?? 0) + (stat?.waitedCpuMs ?? 0));
  const { points } = usage.series;
  const before = restored.series.points;
  expect(points.slice(0, before.length)).toEqual(before);
  const next = points[before.length];
  expect(next?.gapMs).toBe((next?.atMs ?? 0) - (before.at(-1)?.atMs ?? 0));
  expect(next?.gapMs).toBeGreaterThan(5 * intervalMs);
});

it("does not walk when there is nothing to sample", async () => {
  const bench = firstShell();
  const { attempt } = await startAttempt(bench, "exec sleep 1000");
  const idle = startSampler();
  const busy = startSampler();
  idle.sampler.add(attempt);
  busy.sampler.add(attempt);
  await idle.walked();
  expect(idle.sampler.remove(attempt.key)?.looks).toBeGreaterThan(0);
  const walksBefore = idle.walks();
  await busy.walked();
  expect(idle.walks()).toBe(walksBefore);
  expect(idle.sampler.peek(attempt.key)).toBeNull();
  expect(idle.sampler.processes(attempt.key)).toBeNull();
});

/** A cgroup (version 2) of this test's own, removed when it ends with what is left in it; null where none can be made. */
function makeCgroup(): string | null {
  const cgroup = `/sys/fs/cgroup/unified/utm-test-${process.pid}`;
  try {
    mkdirSync(cgroup);
  } catch {
    return null;
  }
  onTestFinished(async () => {
    writeFileSync(`${cgroup}/cgroup.kill`, "1");
    await waitFor("the cgroup to be empty", () => readFileSync(`${cgroup}/cgroup.procs`, "utf8") === "");
    rmdirSync(`${cgroup}/inner`);
    rmdirSync(cgroup);
  });
  return cgroup;
}

it("sees all processes of an attempt with a cgroup, and their exact processor time", async ({ skip }) => {
  const cgroup = makeCgroup();
  skip(cgroup === null, "no cgroup can be made at /sys/fs/cgroup/unified");
  const bench = firstShell();
  const { sampler, walked } = startSampler();
  // A true daemon: nothing but the cgroup tells whose it is.
  const daemon = `(env -i "PATH=$PATH" setsid sh -c '${burn}; echo $$ >daemon; read -r _ <end' >/dev/null 2>&1 &)`;
  const join = `mkdir ${cgroup}/inner && echo $$ >${cgroup}/cgroup.procs`;
  const { attempt, endOf } = await startAttempt(bench, `mkfifo end; ${join}; ${daemon}; read -r _ <end`, {
    cgroupPath: cgroup,
  });
  sampler.add(attempt);
  const daemonPid = await waitFor("the daemon", () => bench.lines("daemon").map(Number)[0]);
  await walked();
  expect(sampler.processes(attempt.key)?.map(({ pid }) => pid)).toContain(daemonPid);
  const exactMs = () => Number(/usage_usec (\d+)/.exec(readFileSync(`${cgroup}/cpu.stat`, "utf8"))?.[1]) / 1000;
  await waitFor("the exact time", () => sampler.peek(attempt.key)?.cpuMs === Math.floor(exactMs()));
  expect(sampler.remove(attempt.key)?.cpuMs).toBe(Math.floor(exactMs()));
  process.kill(attempt.pid, "SIGKILL");
  await endOf();
  process.kill(daemonPid, "SIGKILL");
});

it("tells once when a limit is exceeded, with the value seen", async () => {
  const bench = firstShell();
  const { sampler, exceeded, walked } = startSampler();
  const memoryBytes = 150 * mebibyte;
  const hold = `exec ${process.execPath} -e 'b = Buffer.alloc(200 * 1024 * 1024, 1); setInterval(() => b, 1000)'`;
  const memory = await startAttempt(bench, hold, { limits: { ...noLimits, memoryBytes } });
  const cpu = await startAttempt(bench, `${burn}; exec sleep 1000`, { limits: { ...noLimits, cpuMs: 90 } });
  const fork = "i=0; while [ $i -lt 12 ]; do sleep 1000 & i=$((i+1)); done; wait";
  const processes = await startAttempt(bench, fork, { limits: { ...noLimits, processes: 5 } });
  for (const { attempt } of [memory, cpu, processes]) {
    sampler.add(attempt);
  }
  await waitFor("all three to be told", () => exceeded.length >= 3);
  await walked();
  const of = (key: string) => exceeded.filter((limit) => limit.key === key);
  expect(of(memory.attempt.key)).toEqual([
    { key: memory.attempt.key, limit: "memory", limitValue: memoryBytes, seen: expect.any(Number) },
  ]);
  expect(of(cpu.attempt.key)).toMatchObject([{ limit: "cpu", limitValue: 90 }]);
  expect(of(processes.attempt.key)).toMatchObject([{ limit: "processes", limitValue: 5 }]);
  expect(exceeded.every(({ seen, limitValue }) => seen > limitValue)).toBe(true);
});

it("adds up the memory of processes none of which is above the limit", async () => {
  const bench = firstShell();
  const { sampler, exceeded } = startSampler();
  const hold = `${process.execPath} -e 'b = Buffer.alloc(100 * 1024 * 1024, 1); setInterval(() => b, 1000)'`;
  const { attempt } = await startAttempt(bench, `${hold} & ${hold} & wait`, {
    limits: { ...noLimits, memoryBytes: 195 * mebibyte },
  });
  sampler.add(attempt);
  const [told] = await waitFor("it to be told", () => (exceeded.length > 0 ? exceeded : null));
  expect(told).toMatchObject({ limit: "memory", limitValue: 195 * mebibyte });
  expect(told?.seen).toBeGreaterThan(195 * mebibyte);
});

it("leaves what is around a program on a terminal out of its number of processes", async ({ skip }) => {
  const bench = firstShell();
  skip(bench.launcher.shell.tools.script === null, "there is no script(1)");
  const { sampler, exceeded, walked } = startSampler();
  const ordered = { pty: { columns: 80, rows: 24 } };
  const two = { limits: { ...noLimits, processes: 2 } };
  const within = await startAttempt(bench, "sleep 1000 & echo on; wait", two, ordered);
  const above = await startAttempt(bench, "sleep 1000 & sleep 1000 & wait", two, ordered);
  sampler.add(within.attempt);
  sampler.add(above.attempt);
  await waitFor("the limit to be told", () => exceeded.length > 0);
  await usageWhen(sampler, within.attempt.key, "both to be seen", ({ maxProcesses }) => maxProcesses === 2);
  await walked();
  expect(exceeded).toEqual([{ key: above.attempt.key, limit: "processes", limitValue: 2, seen: 3 }]);
  expect(sampler.processes(within.attempt.key)).toHaveLength(
    2 + frameSize({ ...ordered, sandbox: "none", stderrMarksPath: null }),
  );
  expect(sampler.peek(within.attempt.key)?.maxProcesses).toBe(2);
});

it("does not count memory that processes share as often as they share it", async () => {
  const bench = firstShell();
  const { sampler, exceeded, walked } = startSampler();
  const share =
    "x=$(head -c 60000000 /dev/zero | tr '\\0' x); for i in 1 2 3 4; do (read -r _ <end; echo $x) & done; wait";
  const { attempt } = await startAttempt(bench, `mkfifo end; ${share}`, {
    limits: { ...noLimits, memoryBytes: 200_000_000 },
  });
  sampler.add(attempt);
  await usageWhen(
    sampler,
    attempt.key,
    "more than the limit in sum",
    (usage) => (usage.maxRssBytes ?? 0) > 250_000_000,
  );
  await walked();
  await walked();
  expect(exceeded).toEqual([]);
});
