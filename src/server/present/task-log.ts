import type { TaskLogEntry } from "../../contract/index.ts";
import type { TaskEvent } from "../../store/events.ts";
import type { AttemptRow, TaskRow } from "../../store/store.ts";
import { isoTime } from "./task.ts";

/**
 * The log of a task. Its submission and the starts and ends of its attempts stand in the record anyway and are not
 * written a second time; they are put among the events here.
 */
export function logOf(task: TaskRow, attempts: readonly AttemptRow[], events: readonly TaskEvent[]): TaskLogEntry[] {
  const log: Omit<TaskEvent, "taskId">[] = [...events];
  if (!events.some((event) => event.kind === "submitted")) {
    log.unshift({ attempt: 0, at: task.createdAt, kind: "submitted", text: `Submitted by ${task.ownerName}.` });
  }
  for (const attempt of attempts) {
    log.push(...ofAttempt(attempt));
  }
  if (task.status === "killed" && attempts.every((attempt) => attempt.outcome !== "killed")) {
    log.push({
      attempt: task.attempt,
      at: task.completedAt ?? task.updatedAt,
      kind: "ended",
      text: task.reason ?? "Killed.",
    });
  }
  return log.sort(inOrder).map(({ attempt, at, kind, text }) => ({ at: isoTime(at), attempt, kind, text }));
}

function ofAttempt(attempt: AttemptRow): Omit<TaskEvent, "taskId">[] {
  const { number, startedAt, endedAt, nodeName, pid, reason } = attempt;
  const process = pid === null ? "" : ` as process ${pid}`;
  const start = {
    attempt: number,
    kind: "started",
    text: `Attempt ${number} started on node ${nodeName}${process}.`,
  } as const;
  const end = { attempt: number, kind: "ended", text: reason ?? "Ended." } as const;
  return [
    ...(startedAt === null ? [] : [{ ...start, at: startedAt }]),
    ...(endedAt === null ? [] : [{ ...end, at: endedAt }]),
  ];
}

/**
 * By attempt, then by time; what happened in the same millisecond in the order it was written. A start comes first and
 * an end last in its attempt whatever the clocks say: the process's times are its shim's, the others the server's.
 */
function inOrder(a: Omit<TaskEvent, "taskId">, b: Omit<TaskEvent, "taskId">): number {
  return a.attempt - b.attempt || rank(a) - rank(b) || a.at - b.at;
}

function rank({ kind }: Pick<TaskEvent, "kind">): number {
  return kind === "submitted" || kind === "started" ? 0 : kind === "ended" ? 2 : kind === "retry" ? 3 : 1;
}
