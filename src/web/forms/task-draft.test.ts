import { expect, test } from "vitest";
import type { TaskDetail } from "../../contract/index.ts";
import { repeatDraft } from "./repeat-draft.ts";
import { emptyDraft, readDraft, readEdit } from "./task-draft.ts";

test("a name alone is the demonstration", () => {
  const draft = { ...emptyDraft, name: "try it", cwd: "/srv" };
  expect(readDraft(draft)).toEqual({ ok: true, value: { name: "try it", description: "" } });
});

test("a command carries what was unfolded", () => {
  const draft = { ...emptyDraft, command: "make", cwd: " /srv/app ", env: "A=1", stdin: "x\n", timeout: "5 min" };
  expect(readDraft(draft)).toEqual({
    ok: true,
    value: { description: "", command: "make", cwd: "/srv/app", env: { A: "1" }, stdin: "x\n", timeout_seconds: 300 },
  });
});

test("a script is sent without an interpreter unless one is named", () => {
  const draft = { ...emptyDraft, kind: "script" as const, script: "#!/bin/sh\ntrue\n" };
  expect(readDraft(draft)).toMatchObject({ value: { script: { body: "#!/bin/sh\ntrue\n" } } });
});

test("every field that cannot be read is named at once", () => {
  const read = readDraft({ ...emptyDraft, env: "nonsense", timeout: "soon" });
  expect(read.ok ? [] : Object.keys(read.errors)).toEqual(["env", "timeout_seconds"]);
});

test("limits, retry, input, terminal and sandbox are submitted only when asked for", () => {
  const draft = { ...emptyDraft, command: "make", memory: "512 MiB", nice: "0", attempts: "3", jitter: "20" };
  const read = readDraft({ ...draft, hasTerminal: true, takesInput: true, sandbox: "strict" as const });
  expect(read).toEqual({
    ok: true,
    value: {
      description: "",
      command: "make",
      limits: { memory_bytes: 536_870_912, nice: 0 },
      retry: {
        attempts: 3,
        backoff: "fixed",
        delay_seconds: 10,
        max_delay_seconds: 3600,
        jitter: 0.2,
        on: ["failed", "timed_out"],
      },
      input: true,
      pty: { columns: 120, rows: 40 },
      sandbox: "strict",
    },
  });
});

test("standard error is marked when asked for, and not together with a terminal", () => {
  const draft = { ...emptyDraft, command: "make", marksStderr: true };
  expect(readDraft(draft)).toEqual({ ok: true, value: { description: "", command: "make", mark_stderr: true } });
  const both = readDraft({ ...draft, hasTerminal: true });
  expect(both.ok ? {} : both.errors).toEqual({ mark_stderr: expect.stringContaining("not both") });
});

test("a limit that cannot be read is named by its path", () => {
  const read = readDraft({ ...emptyDraft, command: "make", memory: "512", processes: "many", attempts: "x" });
  expect(read.ok ? [] : Object.keys(read.errors)).toEqual([
    "limits.memory_bytes",
    "limits.processes",
    "retry.attempts",
  ]);
});

const original = { ...emptyDraft, name: "build", command: "make 'all tests'", memory: "1 GiB", keepsStdin: true };

test("a rerun without a change leaves program and standard input as they were", () => {
  const read = readEdit(original, original);
  expect(read).toMatchObject({ ok: true, value: { name: "build", limits: { memory_bytes: 1024 ** 3 }, retry: null } });
  expect(Object.keys(read.ok ? read.value : {})).not.toContain("command");
  expect(Object.keys(read.ok ? read.value : {})).not.toContain("stdin");
});

test("what is emptied before a rerun is taken away from the task", () => {
  const read = readEdit({ ...original, name: "", command: "make quick", memory: "", keepsStdin: false }, original);
  expect(read).toMatchObject({
    value: { name: "make quick", command: "make quick", limits: null, stdin: null, cwd: null, input: false },
  });
});

test("a program and its arguments are a line each, and an argument may be empty", () => {
  const draft = { ...emptyDraft, kind: "argv" as const, argv: "printf\r\n%s\n\nlast one\n" };
  expect(readDraft(draft)).toMatchObject({ value: { argv: ["printf", "%s", "", "last one"] } });
});

test("start time, priority, queue and tags are submitted when they were typed", () => {
  const typed = { runAt: "2099-01-02T03:04", priority: "-3", queue: " slow ", tags: "a, b c,," };
  const run_at = new Date("2099-01-02T03:04").toISOString();
  expect(readDraft({ ...emptyDraft, name: "n", ...typed })).toEqual({
    ok: true,
    value: { name: "n", description: "", run_at, priority: -3, queue: "slow", tags: ["a", "b c"] },
  });
});

test("what a field shows only in part is not sent unless it was changed", () => {
  const first = { ...original, env: "A=one\nline", tags: "x, y" };
  const read = readEdit({ ...first, name: "again" }, first);
  expect(read).toMatchObject({ ok: true, value: { name: "again" } });
  expect(Object.keys(read.ok ? read.value : {})).not.toContain("tags");
  expect(Object.keys(read.ok ? read.value : {})).not.toContain("env");
  expect(readEdit({ ...first, env: "", tags: "" }, first)).toMatchObject({ value: { env: null, tags: null } });
});

const task = {
  command: null,
  argv: null,
  script: null,
  env: {},
  tags: [],
  labels: [],
  limits: null,
  retry: null,
  pty: null,
  mark_stderr: false,
};
const repeated = (given: Partial<TaskDetail>) => repeatDraft({ ...task, ...given } as unknown as TaskDetail, 10);

test.each<[Partial<TaskDetail>, object]>([
  [{ command: "make" }, { kind: "command", command: "make" }],
  [{ argv: ["echo", "a b"] }, { kind: "argv", argv: "echo\na b" }],
  [{ argv: ["echo", "a\nb"] }, { kind: "command", command: "echo 'a\nb'" }],
  [{ argv: ["echo", ""] }, { kind: "command", command: "echo ''" }],
  [{ script: { body: "true", interpreter: null } }, { kind: "script", script: "true", interpreter: "" }],
])("%j is repeated as it would be typed", (given, draft) => {
  expect(repeated(given)).toMatchObject(draft);
});

test("a task with its standard error marked is repeated with it marked", () => {
  expect(repeated({ mark_stderr: true })).toMatchObject({ marksStderr: true });
});

test("what every task has unasked is no text in the form of a repetition", () => {
  const usual = repeated({ priority: 0, queue: "default", kill_grace_seconds: 10, timeout_seconds: null });
  expect(usual).toMatchObject({ priority: "", queue: "", grace: "", timeout: "", runAt: "" });
  expect(repeated({ priority: -1, queue: "slow", kill_grace_seconds: 5, timeout_seconds: 90 })).toMatchObject({
    ...{ priority: "-1", queue: "slow", grace: "5 s", timeout: "90 s" },
  });
});
