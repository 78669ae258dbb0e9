import type { Outcome, TaskStatus } from "../../contract/index.ts";
import { formatDuration } from "../ui/durations.ts";

type Ending = {
  status: TaskStatus;
  outcome: Outcome | null;
  exit_code: number | null;
  signal: string | null;
  reason: string | null;
};

/** How a task ended, in a word or two beside its status: `exit 3`, `SIGSEGV`, `timed out after 30 s`. Empty before the end. */
export function outcomeWords(task: Ending, timeoutSeconds: number | null = null): string {
  switch (task.outcome) {
    case null:
      return "";
    case "exited":
      return task.exit_code === null ? "" : `exit ${task.exit_code}`;
    case "signalled":
      return task.signal ?? "a signal";
    case "timed_out":
      return timeoutSeconds === null ? "timed out" : `timed out after ${formatDuration(timeoutSeconds * 1000)}`;
    case "killed":
      return task.signal ?? (task.exit_code === null ? "" : `exit ${task.exit_code}`);
    case "spawn_failed":
      return "could not start";
    case "dependency_failed":
      return "another task failed";
    case "lost":
      return "its machine was lost";
    case "unknown":
      return "outcome unknown";
  }
}
