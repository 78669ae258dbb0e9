import { expect, test } from "vitest";
import type { TaskStatus, TaskSummary } from "../../contract/index.ts";
import { arrange } from "./list-arrangement.ts";
import { matchesFilter, noFilter, type TaskFilter } from "./task-filter.ts";

const everything: TaskFilter = { ...noFilter, owner: null };
const running: TaskFilter = { ...everything, statuses: ["running"] };

function task(id: number, status: TaskStatus = "running"): TaskSummary {
  return {
    id,
    status,
    name: `task ${id}`,
    description: "",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    completed_at: null,
    started_at: null,
    duration_ms: null,
    owner: "anna",
    command_line: "make test",
    queue: "default",
    priority: 0,
    tags: [],
    attempt: 1,
    exit_code: null,
    signal: null,
    outcome: null,
    reason: null,
    progress: null,
    node: null,
    output_bytes: 0,
    suspended: false,
    takes_input: false,
    max_attempts: 1,
    actions: [],
  };
}

test("at the top the list is live, newest first", () => {
  const tasks = [task(1), task(3), task(2, "completed")];
  expect(arrange(tasks, running, [1], false)).toEqual({ ids: [3, 1], newCount: 0 });
});

test("scrolled, new tasks wait behind the pill and ended ones keep their places", () => {
  const tasks = [task(5), task(4), task(3, "failed"), task(2)];
  expect(arrange(tasks, running, [4, 3, 2], true)).toEqual({ ids: [4, 3, 2], newCount: 1 });
});

test("scrolled, older pages are added at the end", () => {
  const tasks = [task(4), task(3), task(2), task(1)];
  expect(arrange(tasks, everything, [4, 3], true)).toEqual({ ids: [4, 3, 2, 1], newCount: 0 });
});

test("a new task is matched by status, owner and text", () => {
  expect(matchesFilter(task(1), { ...running, owner: "anna", search: "MAKE" })).toBe(true);
  expect(matchesFilter(task(1), { ...everything, owner: "ben" })).toBe(false);
  expect(matchesFilter(task(1), { ...everything, search: "pg_dump" })).toBe(false);
});

test("and by tag, queue, node, outcome and time", () => {
  const lost: TaskSummary = { ...task(1, "failed"), outcome: "lost", node: "alpha", tags: ["nightly"], queue: "slow" };
  const filter: TaskFilter = {
    ...{ ...everything, outcomes: ["lost"], node: "alpha", tag: "nightly", queue: "slow" },
    ...{ since: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z" },
  };
  expect(matchesFilter(lost, filter)).toBe(true);
  for (const change of [
    { outcomes: ["exited"] },
    { node: "beta" },
    { tag: "night" },
    { queue: "default" },
    { since: "2026-01-01T00:00:01Z" },
    { until: "2025-12-31T00:00:00Z" },
  ] as const) {
    expect(matchesFilter(lost, { ...filter, ...change })).toBe(false);
  }
});

test("and by when it ended: from one moment on, and before another", () => {
  const ended: TaskSummary = { ...task(1, "failed"), completed_at: "2026-01-01T12:00:00Z" };
  const noon = "2026-01-01T12:00:00Z";
  expect(matchesFilter(ended, { ...everything, endedSince: noon, endedBefore: "2026-01-01T12:00:01Z" })).toBe(true);
  expect(matchesFilter(ended, { ...everything, endedBefore: noon })).toBe(false);
  expect(matchesFilter(ended, { ...everything, endedSince: "2026-01-01T12:00:01Z" })).toBe(false);
  expect(matchesFilter(task(1), { ...everything, endedSince: noon })).toBe(false);
  expect(matchesFilter(task(1), { ...everything, endedBefore: noon })).toBe(false);
});
