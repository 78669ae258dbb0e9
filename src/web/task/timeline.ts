import { type Attempt, isOver, type Outcome, type TaskDetail } from "../../contract/index.ts";

/** A stretch of a task's life: it waited, an attempt ran, or it waited for the next one. In epoch milliseconds. */
export type Stretch = {
  kind: "waited" | "ran" | "between";
  fromMs: number;
  toMs: number;
  /** The number of the attempt that ran; 0 for others. */
  attempt: number;
  outcome: Outcome | null;
  exitCode: number | null;
  signal: string | null;
  /** Still going on. */
  isOpen: boolean;
};

const nothing = { attempt: 0, outcome: null, exitCode: null, signal: null };

/** The stretches in order, without a hole, up to now or to the task's end. Empty before the attempts are known. */
export function timelineOf(task: TaskDetail, attempts: readonly Attempt[], nowMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  let endMs = Date.parse(task.created_at);
  for (const attempt of attempts) {
    // Never started (its program was missing): nothing ran.
    const startMs = Date.parse(attempt.started_at ?? attempt.completed_at ?? attempt.created_at);
    const kind = stretches.length === 0 ? "waited" : "between";
    stretches.push({ ...nothing, kind, fromMs: endMs, toMs: Math.max(endMs, startMs), isOpen: false });
    endMs = attempt.completed_at === null ? Math.max(nowMs, startMs) : Date.parse(attempt.completed_at);
    stretches.push({
      ...{ kind: "ran", fromMs: startMs, toMs: Math.max(startMs, endMs), attempt: attempt.number },
      ...{ outcome: attempt.outcome, exitCode: attempt.exit_code, signal: attempt.signal },
      isOpen: attempt.completed_at === null,
    });
  }
  if (task.status === "pending") {
    const kind = stretches.length === 0 ? "waited" : "between";
    stretches.push({ ...nothing, kind, fromMs: endMs, toMs: Math.max(endMs, nowMs), isOpen: true });
  }
  const overMs = task.completed_at === null ? endMs : Date.parse(task.completed_at);
  // Killed while it waited: no attempt ended then.
  if (isOver(task.status) && overMs > endMs) {
    const kind = stretches.length === 0 ? "waited" : "between";
    stretches.push({ ...nothing, kind, fromMs: endMs, toMs: overMs, isOpen: false });
  }
  return stretches;
}

const alike = 1.25;

/** How a duration stands to the usual one: `shorter` and `longer` when it is outside of what is usual. */
export function againstUsual(ms: number, usual: { p50Ms: number; p95Ms: number }): "shorter" | "usual" | "longer" {
  if (ms > Math.max(usual.p95Ms, usual.p50Ms * alike)) {
    return "longer";
  }
  return ms < usual.p50Ms / 2 ? "shorter" : "usual";
}
