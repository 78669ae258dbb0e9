import { expect, test } from "vitest";
import type { TaskDetail } from "../../contract/index.ts";
import { nextStep } from "./next-step.ts";

const idle = { labels: [], limits: null, reason: null, suspended: false, attempt: 1, outcome: null };
const step = (given: Partial<TaskDetail>) => nextStep({ ...idle, ...given } as TaskDetail);
const failed = (given: Partial<TaskDetail>) => step({ status: "failed", outcome: "exited", exit_code: 1, ...given });

test("nothing is to be done about what completed, was killed, or goes on", () => {
  expect(step({ status: "completed", outcome: "exited" })).toBeNull();
  expect(step({ status: "killed", outcome: "killed" })).toBeNull();
  expect(step({ status: "running" })).toBeNull();
  expect(step({ status: "pending", attempt: 0 })).toBeNull();
});

test("what waits for a node, or is suspended, says so", () => {
  const reason = "No living node has the label gpu.";
  expect(step({ status: "pending", attempt: 0, reason })?.leadsTo).toBe("nodes");
  expect(step({ status: "pending", labels: ["gpu"], reason: "Starts at 2026-12-01T09:32:14Z." })).toBeNull();
  expect(step({ status: "running", suspended: true })?.words).toContain("Resume");
});

test.each([
  ["any exit", failed({}), "last lines", null],
  ["what is not executable", failed({ exit_code: 126 }), "permissions", null],
  ["what was not found", failed({ exit_code: 127 }), "PATH", null],
  ["a shell's word for a signal", failed({ exit_code: 137 }), "signal 9", null],
  ["SIGKILL from nowhere", failed({ outcome: "signalled", signal: "SIGKILL" }), "memory", "edit"],
  ["a time-out", failed({ outcome: "timed_out" }), "more time", "edit"],
  ["a limit", failed({ outcome: "killed" }), "limit", "edit"],
  ["what could not start", failed({ outcome: "spawn_failed" }), "missing", "edit"],
  ["a lost one", failed({ outcome: "lost" }), "before you run it again", null],
])("after %s there is a next step", (_, next, words, leadsTo) => {
  expect(next?.words).toContain(words);
  expect(next?.leadsTo).toBe(leadsTo);
});
