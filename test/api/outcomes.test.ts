import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { TaskDetail } from "../../src/contract/index.ts";
import { hasEnded } from "../support/processes.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/**
 * How tasks end by themselves. Each has a status, an outcome, an exit code or a signal and never both, and a sentence
 * that says it to people.
 */
const server = startSharedServer({ environment: { UTM_NODE_NAME: "north" } });
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

async function run(task: Record<string, unknown>): Promise<TaskDetail> {
  const { id } = await ada.submit(task);
  return ada.waitForEnd(id);
}

function expectEnd(task: TaskDetail, end: Partial<TaskDetail>): void {
  expect(task).toMatchObject({ exit_code: null, signal: null, ...end, completed_at: expect.stringMatching(/Z$/) });
  expect(task.reason).toMatch(/^[A-Z].*\.$/);
  expect(task.actions).toEqual(["edit", "rerun"]);
}

describe("a program that ran", () => {
  it.each([
    { rule: "exit 0 completes it", task: { command: "exit 0" }, status: "completed", code: 0, reason: "Exit 0." },
    { rule: "any other exit fails it", task: { command: "exit 1" }, status: "failed", code: 1, reason: "Exit 1." },
    { rule: "the code is its own", task: { command: "exit 255" }, status: "failed", code: 255, reason: "Exit 255." },
    { rule: "128 is a code", task: { command: "exit 128" }, status: "failed", code: 128, reason: "Exit 128." },
    {
      rule: "137 is a code and not SIGKILL",
      task: { command: "exit 137" },
      status: "failed",
      code: 137,
      reason: "Exit 137.",
    },
    {
      rule: "a command the shell does not find",
      task: { command: "no-such-command-here" },
      status: "failed",
      code: 127,
      reason: "Exit 127: a shell says this when a command was not found.",
    },
    {
      rule: "a command the shell cannot execute",
      task: { command: "/etc/passwd" },
      status: "failed",
      code: 126,
      reason: "Exit 126: a shell says this when a command could not be executed.",
    },
  ] as const)("$rule", async ({ task, status, code, reason }) => {
    expectEnd(await run(task), { status, outcome: "exited", exit_code: code, reason });
  });

  it.each([
    ["SIGKILL", "Ended by SIGKILL; perhaps by the kernel, out of memory, or by a person on the machine."],
    ["SIGSEGV", "Ended by SIGSEGV, an invalid memory access."],
    ["SIGABRT", "Ended by SIGABRT, it aborted itself."],
    ["SIGTERM", "Ended by SIGTERM."],
    ["SIGINT", "Ended by SIGINT."],
    ["SIGHUP", "Ended by SIGHUP."],
    ["SIGPIPE", "Ended by SIGPIPE, it wrote to a pipe nobody read."],
    ["SIGUSR1", "Ended by SIGUSR1."],
    ["SIGALRM", "Ended by SIGALRM."],
  ])("fails by the signal %s it gave itself", async (signal, reason) => {
    const task = await run({ command: `kill -${signal.slice(3)} $$` });
    expectEnd(task, { status: "failed", outcome: "signalled", signal, reason });
  });
});

describe("a program that could not start", () => {
  it.each([
    {
      rule: "no program of that name",
      task: { argv: ["no-such-program"] },
      reason: "Could not start: there is no program no-such-program on node north.",
    },
    {
      rule: "no program at that path",
      task: { argv: ["/no/such/program", "x"] },
      reason: "Could not start: there is no program /no/such/program on node north.",
    },
    {
      rule: "a file that is not executable",
      task: { argv: ["/etc/passwd"] },
      reason: "Could not start: /etc/passwd is not executable.",
    },
    { rule: "a directory", task: { argv: ["/etc"] }, reason: "Could not start: /etc is not executable." },
    {
      rule: "a directory to run in that does not exist",
      task: { command: "true", cwd: "/no/such/place" },
      reason: "Could not start: the directory /no/such/place does not exist on node north.",
    },
    {
      rule: "a directory to run in that is a file",
      task: { command: "true", cwd: "/etc/passwd" },
      reason: "Could not start: /etc/passwd is not a directory.",
    },
    {
      rule: "an interpreter that does not exist",
      task: { script: { body: "echo 1", interpreter: "/usr/bin/no-such-interpreter" } },
      reason: "Could not start: there is no program /usr/bin/no-such-interpreter on node north.",
    },
    {
      rule: "an interpreter in the #! line that does not exist",
      task: { script: { body: "#! /opt/none/python3 -u\nprint(1)" } },
      reason: "Could not start: there is no program /opt/none/python3 on node north.",
    },
  ])("fails: $rule", async ({ task, reason }) => {
    expectEnd(await run(task), { status: "failed", outcome: "spawn_failed", reason, output_bytes: 0 });
  });

  it("leaves the next one unharmed", async () => {
    await run({ argv: ["/no/such/program"] });
    expectEnd(await run({ command: "true" }), { status: "completed", outcome: "exited", exit_code: 0 });
  });
});

describe("a program that takes too long", () => {
  it("is ended when it obeys SIGTERM", async () => {
    const task = await run({ command: "exec sleep 600", timeout_seconds: 0.2 });
    expectEnd(task, { status: "failed", outcome: "timed_out", signal: "SIGTERM" });
    expect(task.reason).toMatch(/^Timed out after 0\.2 s: .*SIGTERM/);
  });

  it("keeps its own exit code when it ends itself in order", async () => {
    const command = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    const task = await run({ command, timeout_seconds: 0.5 });
    expectEnd(task, { status: "failed", outcome: "timed_out", exit_code: 9 });
  });

  it("is ended by SIGKILL after the grace when it does not", async () => {
    const command = "trap '' TERM; while :; do sleep 0.05; done";
    const task = await run({ command, timeout_seconds: 0.3, kill_grace_seconds: 0.3 });
    expectEnd(task, { status: "failed", outcome: "timed_out", signal: "SIGKILL" });
    expect(task.reason).toMatch(/SIGKILL/);
    expect(task.duration_ms).toBeGreaterThanOrEqual(600);
  });
});

describe("what a program leaves behind", () => {
  it.each([
    { how: "in the background", start: "sh $STAY &" },
    { how: "that nohup protects", start: "nohup sh $STAY &" },
    { how: "of a shell that is gone", start: "(sh $STAY &)" },
    { how: "without the mark in its environment", start: "env -u UTM_RUN sh $STAY &" },
  ])("$how is ended, and the reason says so", async ({ start }) => {
    const directory = mkdtempSync(join(server.directory, "left-"));
    const pidFile = join(directory, "pid");
    writeFileSync(join(directory, "stay.sh"), `echo $$ >${pidFile}\nexec sleep 600\n`);
    const command = `${start}\nuntil [ -s ${pidFile} ]; do sleep 0.02; done; exit 4`;
    const task = await run({ command, env: { STAY: join(directory, "stay.sh") } });
    const reason = "Exit 4. It left 1 process behind, now ended.";
    expectEnd(task, { status: "failed", outcome: "exited", exit_code: 4, reason });
    expect(hasEnded(Number(readFileSync(pidFile, "utf8")))).toBe(true);
  });
});

it("the directory's name may be anything", async () => {
  const directory = join(server.directory, 'it\'s a "dir"\n$HOME');
  mkdirSync(directory);
  expectEnd(await run({ argv: ["true"], cwd: directory }), { status: "completed", exit_code: 0, outcome: "exited" });
});
