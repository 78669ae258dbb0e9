import type { TaskStatus, TaskSummary } from "../../contract/index.ts";

/**
 * Which tasks the list shows and in which order. At the top, the list is live. Once the person has scrolled, nothing
 * moves that the person did not move: rows keep their places, new tasks wait behind a pill, and a row whose task no
 * longer matches the filter stays until the list is at the top again.
 */
export type TaskFilter = {
  statuses: readonly TaskStatus[];
  search: string;
  /** A username, or null for everybody's. */
  owner: string | null;
};

type Arrangement = { ids: number[]; newCount: number };

/** `shownIds` is what is on the screen now, newest first. */
export function arrange(
  tasks: readonly TaskSummary[],
  filter: TaskFilter,
  shownIds: readonly number[],
  isScrolled: boolean,
): Arrangement {
  const matching = tasks.filter((task) => hasStatus(task, filter) && hasOwner(task, filter));
  matching.sort((a, b) => b.id - a.id);
  const newest = shownIds[0];
  const oldest = shownIds.at(-1);
  if (!isScrolled || newest === undefined || oldest === undefined) {
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

/** Whether a task heard of in the stream belongs into the list of this filter. */
export function matchesFilter(task: TaskSummary, filter: TaskFilter): boolean {
  return hasStatus(task, filter) && hasOwner(task, filter) && hasText(task, filter.search);
}

function hasStatus(task: TaskSummary, filter: TaskFilter): boolean {
  return filter.statuses.length === 0 || filter.statuses.includes(task.status);
}

function hasOwner(task: TaskSummary, filter: TaskFilter): boolean {
  return filter.owner === null || task.owner === filter.owner;
}

function hasText(task: TaskSummary, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const places = [task.name, task.description, task.command_line];
  return wanted === "" || places.some((place) => place.toLowerCase().includes(wanted));
}
