import { describe, expect, it } from "vitest";
import { exitCodeOf } from "./exit-code.ts";

type End = Parameters<typeof exitCodeOf>[0];

const end: End = { status: "failed", outcome: "exited", exit_code: null, signal: null, reason: null };

describe("the exit code that stands for a task's end", () => {
  const cases: [string, Partial<End>, number][] = [
    ["success", { status: "completed", exit_code: 0 }, 0],
    ["the task's own code", { exit_code: 42 }, 42],
    ["128+n for a signal", { outcome: "signalled", signal: "SIGSEGV" }, 139],
    ["124 for a time-out, whatever ended the process", { outcome: "timed_out", signal: "SIGTERM" }, 124],
    ["127 for a program that is not there", { outcome: "spawn_failed", reason: "x: not found" }, 127],
    ["126 for one that cannot be executed", { outcome: "spawn_failed", reason: "/etc/passwd: not executable" }, 126],
    ["125 for a lost task", { outcome: "lost" }, 125],
    ["125 when nobody saw its end", { outcome: "unknown" }, 125],
    ["125 when it never could start", { outcome: "dependency_failed" }, 125],
    ["128+n for a killed task", { status: "killed", outcome: "killed", signal: "SIGKILL" }, 137],
    ["143 for one killed while pending", { status: "killed", outcome: "killed" }, 143],
    ["143 for a killed one that exited 0: no success", { status: "killed", outcome: "killed", exit_code: 0 }, 143],
    ["its own for a killed one that exited with a code", { status: "killed", outcome: "killed", exit_code: 3 }, 3],
  ];
  it.each(cases)("is %s", (_rule, task, expected) => {
    expect(exitCodeOf({ ...end, ...task })).toBe(expected);
  });

  it("is 125 for an outcome that only a newer server knows", () => {
    expect(exitCodeOf({ ...end, outcome: "vanished" as never })).toBe(125);
  });
});
