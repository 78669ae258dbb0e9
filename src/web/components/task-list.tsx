// biome-ignore-all lint/a11y/useSemanticElements: table elements laid out as a grid lose their roles in some browsers
import { useMediaQuery } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Account, TaskSummary } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { taskListQuery } from "../api/task-queries.ts";
import { arrange, type TaskFilter } from "../task/list-arrangement.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { EmptyTasks } from "./empty-tasks.tsx";
import { KillDialog } from "./kill-dialog.tsx";
import classes from "./task-list.module.css";
import { TaskRow, TaskTableHead } from "./task-row.tsx";
import { useRowKeys } from "./use-row-keys.ts";

const rowHeight = 32;
const phoneRowHeight = 56;
/** The next page is asked for when this many rows are left below. */
const rowsAhead = 30;
const isTopWithin = 4;

/** How far each list was scrolled, for the way back from a task. */
const scrollMemory = new Map<string, number>();

/** The tasks of a filter, newest first: only the rows in sight exist, more are fetched as the person scrolls. */
export function TaskList(props: { filter: TaskFilter; account: Account; onClearFilter: () => void }) {
  const { filter, account } = props;
  const list = useInfiniteQuery({ ...taskListQuery(filter), placeholderData: keepPreviousData });
  const scroller = useRef<HTMLDivElement>(null);
  const [isScrolled, setScrolled] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [asking, ask] = useState<TaskSummary | null>(null);

  const tasks = useMemo(() => list.data?.pages.flatMap((page) => page.tasks) ?? [], [list.data]);
  const byId = useMemo(() => new Map(tasks.map((task) => [task.id, task])), [tasks]);
  const { ids, newCount } = useArrangement(tasks, filter, isScrolled || isFocused);

  const isPhone = useMediaQuery("(max-width: 640px)", undefined, { getInitialValueInEffect: false });
  const height = isPhone ? phoneRowHeight : rowHeight;
  const rows = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 12,
  });
  // The virtualizer keeps measured sizes; the rows of another layout have other ones.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the height changes
  useEffect(() => rows.measure(), [rows, height]);

  const { hasNextPage, isFetching, fetchNextPage, isFetchNextPageError } = list;
  const lastRow = rows.getVirtualItems().at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError && lastRow >= ids.length - rowsAhead) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage, lastRow, ids.length]);

  const focusRow = useRowKeys({ ids, scroller, rows, onKill: (id) => ask(byId.get(id) ?? null) });
  const asked = asking === null ? null : (byId.get(asking.id) ?? asking);

  function showNew() {
    if (document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
    }
    scroller.current?.scrollTo({ top: 0 });
    setScrolled(false);
  }

  // A filter that was left comes back where it was left.
  const memoryKey = JSON.stringify(filter);
  const isLoaded = list.isSuccess;
  useLayoutEffect(() => {
    if (isLoaded) {
      scroller.current?.scrollTo({ top: scrollMemory.get(memoryKey) ?? 0 });
    }
  }, [memoryKey, isLoaded]);

  function onScroll(top: number) {
    scrollMemory.set(memoryKey, top);
    setScrolled(top > isTopWithin);
  }

  const isFiltered = filter.statuses.length > 0 || filter.search !== "";
  const showsOwner = filter.owner === null;
  return (
    <div className={classes.area}>
      {list.error !== null && <ErrorNote message={errorText(list.error)} onRetry={() => void list.refetch()} />}
      {newCount > 0 && (
        <button type="button" className={classes.pill} onClick={showNew}>
          ↑ {text.tasks.newPill(newCount)}
        </button>
      )}
      <div
        ref={scroller}
        className={classes.scroller}
        onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
        aria-busy={list.isPending}
      >
        {list.isPending && list.error === null && <p className={classes.note}>{text.common.loading}</p>}
        {list.isSuccess && ids.length === 0 && !isFiltered && !hasNextPage && <EmptyTasks account={account} />}
        {list.isSuccess && ids.length === 0 && isFiltered && (
          <p className={classes.note}>
            {text.tasks.nothingMatches}{" "}
            <button type="button" className={classes.textButton} onClick={props.onClearFilter}>
              {text.tasks.clearFilter}
            </button>
          </p>
        )}
        {ids.length > 0 && (
          <div role="table" aria-label={text.tasks.title} aria-rowcount={ids.length + 1} className={classes.table}>
            <TaskTableHead showsOwner={showsOwner} />
            <div
              role="rowgroup"
              className={classes.rows}
              style={{ height: rows.getTotalSize() }}
              onFocus={() => setFocused(true)}
              onBlur={() => setFocused(false)}
            >
              {rows.getVirtualItems().map((row) => {
                const task = byId.get(ids[row.index] ?? 0);
                return (
                  task !== undefined && (
                    <TaskRow
                      key={row.key}
                      task={task}
                      account={account}
                      index={row.index}
                      top={row.start}
                      height={height}
                      showsOwner={showsOwner}
                      onKill={ask}
                      onFocusRow={focusRow}
                    />
                  )
                );
              })}
            </div>
            <p className={classes.note}>
              {isFetchNextPageError && (
                <button type="button" className={classes.textButton} onClick={() => void fetchNextPage()}>
                  {text.tasks.loadMore}
                </button>
              )}
              {!isFetchNextPageError && (hasNextPage ? text.tasks.loadingMore : text.tasks.end(ids.length))}
            </p>
          </div>
        )}
      </div>
      <KillDialog task={asked} onClose={() => ask(null)} />
    </div>
  );
}

/** What to show, given what was shown before under the same filter. */
function useArrangement(tasks: readonly TaskSummary[], filter: TaskFilter, isFrozen: boolean) {
  const shown = useRef<{ filter: TaskFilter; ids: number[] }>({ filter, ids: [] });
  const arrangement = useMemo(() => {
    const before = shown.current.filter === filter ? shown.current.ids : [];
    return arrange(tasks, filter, before, isFrozen);
  }, [tasks, filter, isFrozen]);
  useEffect(() => {
    shown.current = { filter, ids: arrangement.ids };
  }, [filter, arrangement]);
  return arrangement;
}
