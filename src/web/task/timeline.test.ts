import { expect, test } from "vitest";
import type { Attempt, TaskDetail } from "../../contract/index.ts";
import { againstUsual, timelineOf } from "./timeline.ts";

const at = (second: number) => new Date(second * 1000).toISOString();
const task = (given: Partial<TaskDetail>) =>
  ({ created_at: at(0), completed_at: null, status: "failed", ...given }) as TaskDetail;

function attempt(number: number, startedAt: number | null, endedAt: number | null, given: Partial<Attempt> = {}) {
  const times = {
    created_at: at(startedAt ?? endedAt ?? 0),
    started_at: startedAt === null ? null : at(startedAt),
    completed_at: endedAt === null ? null : at(endedAt),
  };
  return {
    number,
    ...times,
    outcome: endedAt === null ? null : "exited",
    exit_code: 2,
    signal: null,
    ...given,
  } as Attempt;
}

/** In seconds, with what is still going on marked. */
function shown(of: TaskDetail, attempts: Attempt[], nowSecond: number) {
  return timelineOf(of, attempts, nowSecond * 1000).map(
    ({ kind, fromMs, toMs, isOpen }) => `${kind} ${fromMs / 1000}-${toMs / 1000}${isOpen ? "…" : ""}`,
  );
}

test("it waited, ran, waited for the next attempt, and ran again", () => {
  const attempts = [attempt(1, 3, 10), attempt(2, 15, 30)];
  expect(shown(task({}), attempts, 1000)).toEqual(["waited 0-3", "ran 3-10", "between 10-15", "ran 15-30"]);
});

test("what goes on reaches to now", () => {
  expect(shown(task({ status: "pending" }), [], 7)).toEqual(["waited 0-7…"]);
  expect(shown(task({ status: "running" }), [attempt(1, 3, null)], 9)).toEqual(["waited 0-3", "ran 3-9…"]);
  expect(shown(task({ status: "pending" }), [attempt(1, 3, 4)], 9)).toEqual(["waited 0-3", "ran 3-4", "between 4-9…"]);
});

test("what was killed while it waited shows the wait", () => {
  expect(shown(task({ status: "killed", completed_at: at(4) }), [], 9)).toEqual(["waited 0-4"]);
  const attempts = [attempt(1, 3, 4)];
  const killed = shown(task({ status: "killed", completed_at: at(6) }), attempts, 9);
  expect(killed).toEqual(["waited 0-3", "ran 3-4", "between 4-6"]);
});

test("an attempt that never started has no length, and a clock that was set back makes none negative", () => {
  expect(shown(task({}), [attempt(1, null, 5)], 9)).toEqual(["waited 0-5", "ran 5-5"]);
  expect(shown(task({ status: "running" }), [attempt(1, 3, null)], 1)).toEqual(["waited 0-3", "ran 3-3…"]);
});

test.each([
  [100, "usual"],
  [120, "usual"],
  [126, "longer"],
  [49, "shorter"],
] as const)("%i ms against 100 usually is %s", (ms, expected) => {
  expect(againstUsual(ms, { p50Ms: 100, p95Ms: 110 })).toBe(expected);
});
