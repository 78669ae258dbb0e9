import type { Outcome, TaskDetail } from "../../contract/index.ts";
import { timelineText } from "../timeline-text.ts";

/** What somebody may do about a task that stands so; `leadsTo` where it is done. */
export type NextStep = { words: string; leadsTo: "edit" | "nodes" | null };

const words = timelineText.next;

/** Null when there is nothing to be said: it completed, or simply goes on. */
export function nextStep(task: TaskDetail): NextStep | null {
  if (task.status === "pending") {
    // The reason says what it waits for; nodes are worth a look when it is one of them.
    const isAboutNodes = /\bnode\b/i.test(task.reason ?? "");
    return isAboutNodes ? { words: "", leadsTo: "nodes" } : null;
  }
  if (task.status === "running") {
    return task.suspended ? { words: words.suspended, leadsTo: null } : null;
  }
  return task.status === "failed" && task.outcome !== null ? afterFailure(task, task.outcome) : null;
}

function afterFailure(task: TaskDetail, outcome: Outcome): NextStep {
  switch (outcome) {
    case "exited":
      return { words: exitWords(task.exit_code ?? 0), leadsTo: null };
    case "signalled":
      return task.signal === "SIGKILL" && task.limits?.memory_bytes == null
        ? { words: words.perhapsMemory, leadsTo: "edit" }
        : { words: words.lastLines, leadsTo: null };
    case "timed_out":
      return { words: words.moreTime, leadsTo: "edit" };
    // By the manager, and yet failed: one of its limits.
    case "killed":
      return { words: words.limit, leadsTo: "edit" };
    case "spawn_failed":
      return { words: words.notStarted, leadsTo: "edit" };
    case "lost":
    case "unknown":
      return { words: words.unseen, leadsTo: null };
    case "dependency_failed":
      return { words: words.dependency, leadsTo: null };
  }
}

/** What shells mean by these codes: see "Exit Status" in bash(1). */
function exitWords(code: number): string {
  if (code === 126) {
    return words.notExecutable;
  }
  if (code === 127) {
    return words.notFound;
  }
  return code > 128 && code <= 192 ? words.bySignal(code - 128) : words.lastLines;
}
