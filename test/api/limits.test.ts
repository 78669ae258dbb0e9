import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Limits: each reached for real, told in words, and shown with the means that keeps it; usage and progress beside them. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

/** Holds this many MiB, and waits. */
const hold = (mebibytes: number) =>
  `head -c ${mebibytes}M /dev/zero | tail -c ${mebibytes}M | { read -r x; sleep 600; }`;

describe("a limit that is reached", () => {
  it("of memory ends the task, with what was seen", async () => {
    const { id } = await ada.submit({
      script: { body: "x='aaaaaaaa'\nwhile :; do x=\"$x$x\"; done", interpreter: "/bin/sh" },
      limits: { memory_bytes: 64 * 1024 ** 2 },
    });
    const task = await ada.waitForEnd(id);
    expect(task).toMatchObject({ status: "failed", limits_in_force: [{ limit: "memory_bytes", value: 67_108_864 }] });
    expect(task.reason).toMatch(/^Ended by its memory limit of 64 MiB, at [\d.]+ [MG]iB/);
  });

  it("of CPU time ends a task that burns it alone, and one whose children do", async () => {
    const burn = "while :; do :; done";
    const alone = await ada.submit({ command: burn, limits: { cpu_seconds: 1 }, kill_grace_seconds: 0 });
    const shared = await ada.submit({
      command: `(${burn}) & (${burn}) & wait`,
      limits: { cpu_seconds: 1 },
      kill_grace_seconds: 0,
    });
    for (const { id } of [alone, shared]) {
      const task = await ada.waitForEnd(id);
      expect(task.status).toBe("failed");
      expect(task.reason).toMatch(/^Ended by its CPU limit of 1 s/);
      expect(task.limits_in_force).toEqual([{ limit: "cpu_seconds", value: 1, how: "rlimit_and_sampled" }]);
      // The kernel keeps the limit by its ticks, and counts what was used more finely.
      expect(task.usage.cpu_ms).toBeGreaterThan(400);
    }
  });

  it("of processes ends the task, or is kept by the kernel", async () => {
    const { id } = await ada.submit({
      command: "for i in 1 2 3 4 5 6 7 8; do sleep 600 & done; wait",
      limits: { processes: 4 },
    });
    const task = await ada.waitForEnd(id);
    expect(task.status).toBe("failed");
    expect(task.limits_in_force).toMatchObject([{ limit: "processes", value: 4 }]);
    const isSampled = task.limits_in_force[0]?.how === "sampled";
    expect(task.reason).toMatch(isSampled ? /^Ended by its process limit of 4 processes, at \d+ processes/ : /./);
  });

  it("of output ends the task, whose output is kept to the last byte", async () => {
    const { id } = await ada.submit({ command: "yes", limits: { output_bytes: 100_000 }, kill_grace_seconds: 0 });
    const task = await ada.waitForEnd(id);
    expect(task).toMatchObject({ status: "failed", outcome: "killed" });
    expect(task.reason).toMatch(/^Ended by its output limit of 97\.7 KiB, at /);
    expect(task.output_bytes).toBeGreaterThan(100_000);
  });

  it("of open files is the program's to feel", async () => {
    const { id } = await ada.submit({ command: "ulimit -n; ulimit -H -n", limits: { open_files: 50 } });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed" });
    expect(await ada.output(id)).toBe("50\n50\n");
  });

  it("niceness is set", async () => {
    const { id } = await ada.submit({ command: "nice", limits: { nice: 7 } });
    expect(await ada.waitForEnd(id)).toMatchObject({
      limits_in_force: [{ limit: "nice", value: 7, how: "scheduler" }],
    });
    expect(Number(await ada.output(id))).toBeGreaterThanOrEqual(7);
  });
});

describe("limits that are none", () => {
  it.each([
    [{ memory_bytes: 0 }, "memory_bytes: Ensure this value is greater than 0."],
    [{ memory_bytes: -5 }, "memory_bytes: Ensure this value is greater than 0."],
    [{ cpu_seconds: 0 }, "cpu_seconds: Ensure this value is greater than 0."],
    [{ processes: 1.5 }, "processes: A valid integer is required."],
    [{ open_files: "many" }, "open_files: A valid number is required."],
    [{ nice: 20 }, "nice: Ensure this value is less than or equal to 19."],
  ])("%j", async (limits, message) => {
    const answer = await send(server, "POST", "/taskapi/tasks/", { as: ada, json: { command: "true", limits } });
    expect(answer).toMatchObject({ status: 400, body: { limits: [message] } });
  });

  it("a time-out of a year, which is meant otherwise", async () => {
    const json = { command: "true", timeout_seconds: 31_536_000 };
    const answer = await send(server, "POST", "/taskapi/tasks/", { as: ada, json });
    expect(answer).toMatchObject({ status: 400, body: { timeout_seconds: [expect.stringContaining("180 days")] } });
  });
});

describe("usage", () => {
  it("is measured while it runs and kept after: totals, and a series", async () => {
    const { id } = await ada.submit({
      command: `${hold(40)} & i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 600`,
    });
    const seen = await waitFor("its memory to be seen", async () => {
      const series = await ada.client.call(contract.getUsage, { params: { id }, query: {} });
      return series.points.length >= 2 && series.points.some((point) => point.rss_bytes > 30 * 1024 ** 2)
        ? series
        : null;
    });
    expect(seen.attempt).toBe(1);
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
    const task = await ada.waitForEnd(id);
    expect(task.usage.max_rss_bytes).toBeGreaterThan(30 * 1024 ** 2);
    expect(task.usage.max_processes).toBeGreaterThanOrEqual(3);
    expect(task.usage.cpu_ms).toBeGreaterThan(50);
    const kept = await ada.client.call(contract.getUsage, { params: { id }, query: { attempt: 1 } });
    expect(kept.points.length).toBeGreaterThanOrEqual(seen.points.length);
  });

  it("tells how much output there was at each look, so that every line has a time", async () => {
    const { id } = await ada.submit({ command: "echo first; read line; echo second; sleep 600", input: true });
    const look = async () => (await ada.client.call(contract.getUsage, { params: { id }, query: {} })).points;
    const first = "first\n".length;
    const before = await waitFor("a look at the first line", async () => {
      const point = (await look()).at(-1);
      return point?.output_bytes === first ? point : null;
    });
    await send(server, "POST", `/taskapi/tasks/${id}/input/`, { as: ada, json: { text: "go\n" } });
    const points = await waitFor("a look at the second line", async () => {
      const all = await look();
      return (all.at(-1)?.output_bytes ?? 0) > first ? all : null;
    });
    const grown = points.find((point) => (point.output_bytes ?? 0) > first);
    expect(grown?.output_bytes).toBe(first + "second\n".length);
    expect(grown?.at_ms).toBeGreaterThan(before.at_ms);
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
  });

  it("of an attempt there never was is not found", async () => {
    const { id } = await ada.submit({ command: "true" });
    expect((await send(server, "GET", `/taskapi/tasks/${id}/usage/?attempt=7`, { as: ada })).status).toBe(404);
  });
});

describe("progress", () => {
  it.each([
    ["as a terminal sequence", "printf '\\033]9;4;1;42\\007'; sleep 600"],
    ["as a percentage before a carriage return", "printf 'loading  42%%\\r'; sleep 600"],
  ])("told %s is the task's", async (_, command) => {
    const { id } = await ada.submit({ command });
    const task = await waitFor("its progress", async () => {
      const now = await ada.get(id);
      return now.progress === null ? null : now;
    });
    expect(task.progress).toBe(0.42);
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
  });
});
