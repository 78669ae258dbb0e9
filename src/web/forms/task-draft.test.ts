import { expect, test } from "vitest";
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
