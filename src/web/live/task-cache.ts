import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { isOver, type TaskDetail, type TaskSummary } from "../../contract/index.ts";
import { type TaskPage, taskKeys } from "../api/task-queries.ts";
import { matchesFilter, type TaskFilter } from "../task/task-filter.ts";

/** Puts a batch of tasks the stream told about into every fetched list and detail. */
export function applyTasks(queries: QueryClient, tasks: ReadonlyMap<number, TaskSummary>): void {
  for (const query of queries.getQueryCache().findAll({ queryKey: taskKeys.lists })) {
    const filter = query.queryKey[2] as TaskFilter;
    queries.setQueryData<InfiniteData<TaskPage, number | null>>(query.queryKey, (data) =>
      data === undefined ? data : withTasks(data, tasks, filter),
    );
  }
  for (const task of tasks.values()) {
    const before = queries.getQueryData<TaskDetail>(taskKeys.detail(task.id));
    queries.setQueryData<TaskDetail>(taskKeys.detail(task.id), (detail) =>
      detail === undefined || detail.updated_at > task.updated_at ? detail : { ...detail, ...task },
    );
    if (isOver(task.status) || (before !== undefined && standsOtherwise(before, task))) {
      refreshTask(queries, task.id);
    }
  }
}

/** The stream tells neither what was used, nor when the next attempt is due, nor what became of each attempt. */
function refreshTask(queries: QueryClient, id: number): void {
  for (const key of [taskKeys.detail, taskKeys.attempts, taskKeys.events, taskKeys.usage, taskKeys.processes]) {
    void queries.invalidateQueries({ queryKey: key(id) });
  }
}

function standsOtherwise(before: TaskDetail, now: TaskSummary): boolean {
  const isChanged =
    before.status !== now.status ||
    before.attempt !== now.attempt ||
    before.suspended !== now.suspended ||
    before.started_at !== now.started_at;
  return isChanged || lacksLimitsInForce(before, now);
}

/** How limits are kept is known once the process runs: a detail fetched just before may have missed it. */
function lacksLimitsInForce(before: TaskDetail, now: TaskSummary): boolean {
  return before.limits !== null && before.limits_in_force.length === 0 && now.started_at !== null;
}

function withTasks(
  data: InfiniteData<TaskPage, number | null>,
  tasks: ReadonlyMap<number, TaskSummary>,
  filter: TaskFilter,
): InfiniteData<TaskPage, number | null> {
  const missing = new Map(tasks);
  const heardIds = [...tasks.keys()].sort((a, b) => a - b);
  const pages = data.pages.map((page) => {
    // Of a list of a hundred thousand, most pages have nothing of it.
    if (!hasBetween(heardIds, page.tasks.at(-1)?.id, page.tasks[0]?.id)) {
      return page;
    }
    const changed = page.tasks.map((task) => {
      const heard = missing.get(task.id);
      missing.delete(task.id);
      return heard !== undefined && heard.updated_at >= task.updated_at ? heard : task;
    });
    return { ...page, tasks: changed };
  });
  const last = pages.at(-1);
  const oldest = last?.nextCursor === null ? 0 : (last?.tasks.at(-1)?.id ?? 0);
  const added = [...missing.values()].filter((task) => task.id > oldest && matchesFilter(task, filter));
  const first = pages[0];
  if (first !== undefined && added.length > 0) {
    pages[0] = { ...first, tasks: [...added, ...first.tasks].sort((a, b) => b.id - a.id) };
  }
  return { ...data, pages };
}

/** Whether one of the ascending ids lies between these, both included. */
function hasBetween(ids: readonly number[], lowest = 0, highest = 0): boolean {
  const first = ids.find((id) => id >= lowest);
  return first !== undefined && first <= highest;
}
