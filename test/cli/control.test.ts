/** @module-tag whole */
import { expect, it } from "vitest";
import type { TaskDetail, TaskLogEntry, TaskProcess, UsageSeries } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { waitFor } from "../support/wait-for.ts";

it("suspends and resumes tasks, shows which are, and goes on after one that refuses", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ argv: ["sleep", "60"] });
  await anna.submit({ argv: ["true"] });
  await anna.waitForStatus(1, "running");
  await anna.waitForEnd(2);

  const suspended = await utm("suspend", "2", "1", "99");
  expect(suspended).toMatchObject({ exitCode: 125, stdout: "task 1 is suspended\n" });
  expect(suspended.stderr).toMatch(/^utm: Task 2 is already over.*\nutm: there is no task 99 that you may suspend\n$/);
  expect((await utm("ls")).stdout).toMatch(/\n 1 +‖ suspended /);
  expect((await utm("show", "1")).stdout).toMatch(/status +‖ suspended\nsuspended +\d{4}-\S+Z +\(.+\)\n/);
  const again = await utm("suspend", "1");
  expect(again).toMatchObject({ exitCode: 125, stderr: "utm: Task 1 is already suspended.\n" });

  const resumed = JSON.parse((await utm("resume", "--json", "1")).stdout) as TaskDetail[];
  expect(resumed).toMatchObject([{ id: 1, status: "running", suspended: false }]);
  expect(await utm("resume", "1")).toMatchObject({ exitCode: 125, stderr: "utm: Task 1 is not suspended.\n" });
  const kinds = (JSON.parse((await utm("events", "--json", "1")).stdout) as TaskLogEntry[]).map(({ kind }) => kind);
  expect(kinds).toEqual(["submitted", "started", "suspended", "resumed"]);
  expect((await utm("events", "1")).stdout).toMatch(/^TIME +WHAT +TEXT\n.*Submitted by anna\.\n/);
});

it("sends a signal to the program or to every process", async () => {
  const { anna, home, utm } = await startWithAnna();
  const inner = `trap 'echo inner >> ${home}/seen' USR1; touch ${home}/up; while :; do sleep 0.05; done`;
  const outer = `trap 'echo outer >> ${home}/seen' USR1; sh -c "${inner}" & while :; do wait; done`;
  await anna.submit({ command: outer });
  await anna.submit({ command: `until [ -e ${home}/up ]; do sleep 0.05; done` });
  await anna.waitForStatus(2, "completed");
  const seen = async () => {
    const { id } = await anna.submit({ command: `sort ${home}/seen 2>/dev/null | uniq -c | tr -s ' \\n' ' '` });
    await anna.waitForEnd(id);
    return anna.output(id);
  };

  expect(await utm("signal", "1", "usr1")).toMatchObject({
    exitCode: 0,
    stdout: "SIGUSR1 sent to the program of task 1\n",
  });
  await waitFor("the program to have seen it", async () => (await seen()) === " 1 outer ");
  expect(await utm("signal", "1", "SIGUSR1", "--all")).toMatchObject({
    stdout: "SIGUSR1 sent to every process of task 1\n",
  });
  await waitFor("both to have seen it", async () => (await seen()) === " 1 inner 2 outer ");

  for (const [name, hint] of [
    ["NOPE", "Use one of"],
    ["STOP", "utm suspend"],
  ] as const) {
    const wrong = await utm("signal", "1", name);
    expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
    expect(wrong.stderr).toContain(hint);
  }
});

it("lists the processes of a running task, and says why there are none", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ command: "sleep 61 & sleep 62 & wait" });
  const found = await waitFor("all three processes", async () => {
    const processes = JSON.parse((await utm("ps", "--json", "1")).stdout) as TaskProcess[];
    return processes.filter(({ command_line }) => command_line.startsWith("sleep")).length === 2 && processes;
  });
  const shell = found.find(({ command_line }) => !command_line.startsWith("sleep"));
  expect(found.filter(({ parent_pid }) => parent_pid === shell?.pid)).toHaveLength(2);
  const { stdout } = await utm("ps", "1");
  expect(stdout).toMatch(/^ *PID +PARENT +STATE +CPU TIME +MEMORY +COMMAND\n/);
  expect(stdout).toContain("sleep 62\n");

  await utm("kill", "1");
  await anna.waitForEnd(1);
  expect(await utm("ps", "1")).toMatchObject({
    exitCode: 0,
    stdout: "",
    stderr: "utm: task 1 has no processes to show: it is killed\n",
  });
});

it("shows what a task used, in figures and over time", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ command: "end=$(( $(date +%s) + 3 )); while [ $(date +%s) -lt $end ]; do :; done" });
  await anna.waitForEnd(1);
  const series = JSON.parse((await utm("usage", "--json", "1")).stdout) as UsageSeries;
  expect(series.attempt).toBe(1);
  expect(series.points.length).toBeGreaterThan(1);
  const { stdout } = await utm("usage", "--attempt", "1", "1");
  expect(stdout).toMatch(/cpu time +.* m?s +\(.* on average\)\n/);
  expect(stdout).toMatch(/cpu +[▁▂▃▄▅▆▇█]+ +up to .* processors?\n/);
  expect(stdout).toMatch(/memory +[▁▂▃▄▅▆▇█]+ +up to .* MiB\n/);
  expect(await utm("usage", "--attempt", "2", "1")).toMatchObject({ exitCode: 125, stderr: "utm: Not found.\n" });
});

it("shows how far a task is", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ command: "printf '\\033]9;4;1;42\\033\\\\'; exec sleep 60" });
  await waitFor("the progress", async () => (await anna.get(1)).progress !== null);
  expect((await utm("ls")).stdout).toMatch(/\n 1 +◐ running +42 % /);
  expect((await utm("show", "1")).stdout).toMatch(/status +◐ running +42 %\n/);
});
