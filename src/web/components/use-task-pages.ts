import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { TaskSummary } from "../../contract/index.ts";
import { taskListQuery } from "../api/task-queries.ts";
import { arrange } from "../task/list-arrangement.ts";
import type { TaskFilter } from "../task/task-filter.ts";

/** The tasks of a filter as far as they were fetched, and which of them are shown in which order. */
export function useTaskPages(filter: TaskFilter, isFrozen: boolean) {
  const list = useInfiniteQuery({ ...taskListQuery(filter), placeholderData: keepPreviousData });
  const tasks = useMemo(() => list.data?.pages.flatMap((page) => page.tasks) ?? [], [list.data]);
  const byId = useMemo(() => new Map(tasks.map((task) => [task.id, task])), [tasks]);
  return { list, tasks, byId, ...useArrangement(tasks, filter, isFrozen) };
}

/** What to show, given what was shown before under the same filter; `showNew` lets new tasks in once. */
function useArrangement(tasks: readonly TaskSummary[], filter: TaskFilter, isFrozen: boolean) {
  const [round, setRound] = useState(0);
  const shown = useRef<{ filter: TaskFilter; round: number; ids: number[] }>({ filter, round, ids: [] });
  const arrangement = useMemo(() => {
    const { current: last } = shown;
    const before = last.filter === filter && last.round === round ? last.ids : [];
    return arrange(tasks, filter, before, isFrozen);
  }, [tasks, filter, isFrozen, round]);
  useEffect(() => {
    shown.current = { filter, round, ids: arrangement.ids };
  }, [filter, round, arrangement]);
  return { ...arrangement, showNew: () => setRound((before) => before + 1) };
}
