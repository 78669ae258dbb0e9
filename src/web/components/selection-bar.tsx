import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Account, type BulkAction, bulkActions, maxBulkTasks, type TaskSummary } from "../../contract/index.ts";
import { filterCountQuery } from "../api/task-queries.ts";
import { selectionText } from "../selection-text.ts";
import { applicable } from "../task/bulk.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { useKeys } from "../ui/keys.ts";
import { TextButton } from "../ui/text-button.tsx";
import { BulkDialog } from "./bulk-dialog.tsx";
import classes from "./selection-bar.module.css";
import type { useSelection } from "./use-selection.ts";

const words = selectionText;

type SelectionBarProps = {
  /** The selected ones. */
  tasks: readonly TaskSummary[];
  account: Account;
  filter: TaskFilter;
  shownCount: number;
  /** The filter names more than is shown. */
  hasMore: boolean;
  selection: ReturnType<typeof useSelection>;
};

/** How many tasks are selected and what can be done to them. */
export function SelectionBar({ tasks, account, filter, shownCount, hasMore, selection }: SelectionBarProps) {
  const [asked, ask] = useState<{ action: BulkAction; tasks: TaskSummary[] } | null>(null);
  const counted = useQuery({ ...filterCountQuery(filter), enabled: hasMore });
  const total = hasMore ? (counted.data ?? shownCount) : shownCount;
  const isMost = tasks.length >= maxBulkTasks;

  function start(action: BulkAction) {
    const able = applicable(action, tasks, account);
    if (able.length > 0) {
      ask({ action, tasks: able });
    }
  }
  useKeys({
    ".": () => start("kill"),
    r: () => start("rerun"),
    s: () => start("suspend"),
    S: () => start("resume"),
    Escape: selection.clear,
  });
  return (
    <>
      <section className={classes.bar} aria-label={words.bar}>
        <output className={classes.count}>{isMost ? words.most(tasks.length) : words.count(tasks.length)}</output>
        {bulkActions.map((action) => {
          const able = applicable(action, tasks, account).length;
          return (
            <ActionButton
              key={action}
              size="compact-sm"
              variant={action === "kill" ? "filled" : "default"}
              color={action === "kill" ? "red" : undefined}
              refusal={able === 0 ? words.noneCan[action] : null}
              tipIsAbove
              onClick={() => start(action)}
            >
              {words.onCount(words.actions[action], able, tasks.length)}
            </ActionButton>
          );
        })}
        <span className={classes.space} />
        {tasks.length < Math.min(total, maxBulkTasks) && (
          <TextButton disabled={selection.isSelectingAll} onClick={selection.selectAll}>
            {selection.isSelectingAll ? words.loading : everythingWords(total)}
          </TextButton>
        )}
        <TextButton title={words.clearKey} onClick={selection.clear}>
          {words.clear}
        </TextButton>
      </section>
      {asked !== null && (
        <BulkDialog
          action={asked.action}
          tasks={asked.tasks}
          leftOut={tasks.length - asked.tasks.length}
          onClose={() => ask(null)}
          onDone={(count) => {
            notifications.show({ message: words.bulk.done[asked.action](count) });
            ask(null);
            selection.clear();
          }}
        />
      )}
    </>
  );
}

function everythingWords(total: number): string {
  return total > maxBulkTasks ? words.everythingMost(maxBulkTasks) : words.everything(total);
}
