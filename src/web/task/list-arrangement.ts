import type { TaskSummary } from "../../contract/index.ts";
import { matchesExactly, type TaskFilter } from "./task-filter.ts";

/**
 * Which tasks the list shows and in which order. At the top, the list is live. Once the person has scrolled or selected,
 * nothing moves that the person did not move: rows keep their places, new tasks wait behind a pill, and a row whose task
 * no longer matches the filter stays until the list is at the top again.
 */
type Arrangement = { ids: number[]; newCount: number };

/** `shownIds` is what is on the screen now, newest first. */
export function arrange(
  tasks: readonly TaskSummary[],
  filter: TaskFilter,
  shownIds: readonly number[],
  isFrozen: boolean,
): Arrangement {
  const matching = tasks.filter((task) => matchesExactly(task, filter));
  matching.sort((a, b) => b.id - a.id);
  const newest = shownIds[0];
  const oldest = shownIds.at(-1);
  if (!isFrozen || newest === undefined || oldest === undefined) {
    return { ids: matching.map((task) => task.id), newCount: 0 };
  }
  const present = new Set(tasks.map((task) => task.id));
  const ids = shownIds.filter((id) => present.has(id));
  let newCount = 0;
  for (const task of matching) {
    if (task.id > newest) {
      newCount += 1;
    } else if (task.id < oldest) {
      ids.push(task.id);
    }
  }
  return { ids, newCount };
}
