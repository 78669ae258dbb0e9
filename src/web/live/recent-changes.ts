import type { TaskSummary } from "../../contract/index.ts";
import { matchesFilter, type TaskFilter } from "../task/task-filter.ts";

/**
 * The latest tasks the stream told about. An answer can be older than an event that overtook it on the way, so answers
 * are compared with these by `updated_at`, and tasks created meanwhile are added to a first page.
 */
const rememberedTasks = 2000;
const recent = new Map<number, TaskSummary>();

export function rememberTask(task: TaskSummary): void {
  recent.delete(task.id);
  recent.set(task.id, task);
  for (const oldest of recent.keys()) {
    if (recent.size <= rememberedTasks) {
      break;
    }
    recent.delete(oldest);
  }
}

/** Forgets everything heard, when another session begins. */
export function forgetTasks(): void {
  recent.clear();
}

/** The stream has told something newer about the task than the answer does. */
export function wasOvertaken(task: Pick<TaskSummary, "id" | "updated_at">): boolean {
  const heard = recent.get(task.id);
  return heard !== undefined && heard.updated_at > task.updated_at;
}

/** The newer of an answer and what the stream has told about the same task. */
export function withRecentChange<Task extends TaskSummary>(task: Task): Task {
  return wasOvertaken(task) ? { ...task, ...recent.get(task.id) } : task;
}

/** Tasks newer than this id that belong into a list of this filter, newest first. */
export function recentTasksAfter(id: number, filter: TaskFilter): TaskSummary[] {
  const found = [...recent.values()].filter((task) => task.id > id && matchesFilter(task, filter));
  return found.sort((a, b) => b.id - a.id);
}
