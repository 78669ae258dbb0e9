// biome-ignore-all lint/a11y/useSemanticElements: table elements laid out as a grid lose their roles in some browsers
import type { VirtualItem } from "@tanstack/react-virtual";
import type { ReactNode } from "react";
import type { Account, TaskSummary } from "../../contract/index.ts";
import { text } from "../text.ts";
import classes from "./task-list.module.css";
import { TaskRow, TaskTableHead } from "./task-row.tsx";
import type { useSelection } from "./use-selection.ts";

type TaskTableProps = {
  account: Account;
  showsOwner: boolean;
  rows: {
    ids: readonly number[];
    /** Those in sight, and a few around. */
    shown: readonly VirtualItem[];
    byId: ReadonlyMap<number, TaskSummary>;
    height: number;
    totalHeight: number;
    lastLines: ReadonlyMap<number, string>;
  };
  selection: ReturnType<typeof useSelection>;
  onKill: (task: TaskSummary) => void;
  onFocusRow: (id: number) => void;
  onFocusChange: (isFocused: boolean) => void;
  /** What stands below the last row. */
  children: ReactNode;
};

/** The head and the rows of the list. */
export function TaskTable({ account, showsOwner, rows, selection, children, ...on }: TaskTableProps) {
  const { ids, byId } = rows;
  return (
    <div role="table" aria-label={text.tasks.title} aria-rowcount={ids.length + 1} className={classes.table}>
      <TaskTableHead
        showsOwner={showsOwner}
        selectedCount={selection.ids.size}
        shownCount={ids.length}
        onSelectShown={selection.selectShown}
        onClear={selection.clear}
      />
      <div
        role="rowgroup"
        className={classes.rows}
        style={{ height: rows.totalHeight }}
        onFocus={() => on.onFocusChange(true)}
        onBlur={() => on.onFocusChange(false)}
      >
        {rows.shown.map((row) => {
          const task = byId.get(ids[row.index] ?? 0);
          return (
            task !== undefined && (
              <TaskRow
                key={row.key}
                task={task}
                account={account}
                index={row.index}
                top={row.start}
                height={rows.height}
                showsOwner={showsOwner}
                isSelected={selection.ids.has(task.id)}
                lastLine={rows.lastLines.get(task.id)}
                onSelect={selection.select}
                onKill={on.onKill}
                onFocusRow={on.onFocusRow}
              />
            )
          );
        })}
      </div>
      <p className={classes.note}>{children}</p>
    </div>
  );
}
