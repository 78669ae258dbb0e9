import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Account, maxLastLines, type TaskSummary } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { lastLinesQuery } from "../api/task-queries.ts";
import { isNarrowed, noFilter, type TaskFilter } from "../task/task-filter.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { TextButton } from "../ui/text-button.tsx";
import { EmptyTasks } from "./empty-tasks.tsx";
import { KillDialog } from "./kill-dialog.tsx";
import { TaskHistoryFrame } from "./task-history-frame.tsx";
import classes from "./task-list.module.css";
import { TaskTable } from "./task-table.tsx";
import { useRowKeys } from "./use-row-keys.ts";
import { useSelection } from "./use-selection.ts";
import { useTaskPages } from "./use-task-pages.ts";

const SelectionBar = lazy(async () => ({ default: (await import("./selection-bar.tsx")).SelectionBar }));

const rowHeight = 32;
const phoneRowHeight = 56;
/** The next page is asked for when this many rows are left below. */
const rowsAhead = 60;
const isTopWithin = 4;
const lastLinesPauseMs = 300;

/** How far each list was scrolled, for the way back from a task. */
const scrollMemory = new Map<string, number>();

type TaskListProps = { filter: TaskFilter; account: Account; onChangeFilter: (change: Partial<TaskFilter>) => void };

/** The tasks of a filter, newest first: only the rows in sight exist, more are fetched as the person scrolls. */
export function TaskList({ filter, account, onChangeFilter }: TaskListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [isScrolled, setScrolled] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [hasSelection, setHasSelection] = useState(false);
  const [asking, ask] = useState<TaskSummary | null>(null);
  const pages = useTaskPages(filter, isScrolled || isFocused || hasSelection);
  const { list, tasks, byId, ids, newCount } = pages;
  const { hasNextPage, isFetching, fetchNextPage, isFetchNextPageError } = list;
  const memoryKey = JSON.stringify(filter);
  const selection = useSelection(memoryKey, ids, {
    hasMore: hasNextPage && !isFetchNextPageError,
    isFetching,
    fetchMore: fetchNextPage,
  });
  useEffect(() => setHasSelection(selection.ids.size > 0), [selection.ids.size]);

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

  const shown = rows.getVirtualItems();
  const lastRow = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError && lastRow >= ids.length - rowsAhead) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage, lastRow, ids.length]);

  const inSight = shown.flatMap((row) => byId.get(ids[row.index] ?? 0) ?? []);
  const lastLines = useLastLines(inSight);
  const askToKill = (id: number) => ask(byId.get(id) ?? null);
  const { select, selectAll } = selection;
  const focusRow = useRowKeys({ ids, scroller, rows, onSelect: select, onSelectAll: selectAll, onKill: askToKill });
  const asked = asking === null ? null : (byId.get(asking.id) ?? asking);

  function showNew() {
    if (document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
    }
    scroller.current?.scrollTo({ top: 0 });
    setScrolled(false);
    pages.showNew();
  }

  // A filter that was left comes back where it was left.
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

  const isEmpty = list.isSuccess && ids.length === 0 && !hasNextPage;
  const isFirstVisit = isEmpty && !isNarrowed(filter);
  return (
    <div className={classes.area}>
      {!isFirstVisit && <TaskHistoryFrame filter={filter} tasks={tasks} onChangeFilter={onChangeFilter} />}
      {list.error !== null && <ErrorNote message={errorText(list.error)} onRetry={() => void list.refetch()} />}
      <div className={classes.body}>
        {newCount > 0 && (
          <button type="button" className={classes.pill} onClick={showNew}>
            ↑ {text.tasks.newPill(newCount)}
          </button>
        )}
        <div
          ref={scroller}
          className={classes.scroller}
          data-selection={hasSelection || undefined}
          onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
          aria-busy={list.isPending}
        >
          {list.isPending && list.error === null && <p className={classes.note}>{text.common.loading}</p>}
          {isFirstVisit && <EmptyTasks account={account} />}
          {isEmpty && !isFirstVisit && (
            <p className={classes.note}>
              {text.tasks.nothingMatches}{" "}
              <TextButton onClick={() => onChangeFilter(noFilter)}>{text.tasks.clearFilter}</TextButton>
            </p>
          )}
          {ids.length > 0 && (
            <TaskTable
              account={account}
              showsOwner={filter.owner !== account.username}
              rows={{ ids, shown, byId, height, totalHeight: rows.getTotalSize(), lastLines }}
              selection={selection}
              onKill={ask}
              onFocusRow={focusRow}
              onFocusChange={setFocused}
            >
              {isFetchNextPageError && (
                <TextButton onClick={() => void fetchNextPage()}>{text.tasks.loadMore}</TextButton>
              )}
              {!isFetchNextPageError && (hasNextPage ? text.tasks.loadingMore : text.tasks.end(ids.length))}
            </TaskTable>
          )}
        </div>
        {hasSelection && (
          <Suspense fallback={null}>
            <SelectionBar
              tasks={[...selection.ids].flatMap((id) => byId.get(id) ?? [])}
              account={account}
              filter={filter}
              shownCount={ids.length}
              hasMore={hasNextPage}
              selection={selection}
            />
          </Suspense>
        )}
      </div>
      <KillDialog task={asked} onClose={() => ask(null)} />
    </div>
  );
}

const noLines: ReadonlyMap<number, string> = new Map();

/** What the running tasks in sight wrote last. Scrolling asks for nothing until it pauses. */
function useLastLines(inSight: readonly TaskSummary[]): ReadonlyMap<number, string> {
  const running = inSight.filter((task) => task.status === "running" && task.progress === null);
  const key = running
    .slice(0, maxLastLines)
    .map((task) => task.id)
    .join(",");
  const [settled] = useDebouncedValue(key, lastLinesPauseMs);
  const ids = useMemo(() => (settled === "" ? [] : settled.split(",").map(Number)), [settled]);
  const { data } = useQuery({ ...lastLinesQuery(ids), placeholderData: (before) => before });
  return data ?? noLines;
}
