// biome-ignore-all lint/a11y/useSemanticElements: table elements laid out as a grid lose their roles in some browsers
// biome-ignore-all lint/a11y/useFocusableInteractive: the table is read, not edited; the link inside a row takes the focus
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Account, TaskSummary } from "../../contract/index.ts";
import { outcomeWords } from "../task/outcome-words.ts";
import { actionRefusal } from "../task/permitted.ts";
import { listText } from "../task-list-text.ts";
import { text } from "../text.ts";
import { CommandCell } from "../ui/command-cell.tsx";
import { withLocalTimes } from "../ui/durations.ts";
import { StopIcon } from "../ui/icons.tsx";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { Ago, Duration, Elapsed } from "../ui/times.tsx";
import { StatusBadge } from "./status-badge.tsx";
import classes from "./task-row.module.css";

type TaskTableHeadProps = {
  showsOwner: boolean;
  selectedCount: number;
  shownCount: number;
  onSelectShown: () => void;
  onClear: () => void;
};

export function TaskTableHead({ showsOwner, selectedCount, shownCount, ...on }: TaskTableHeadProps) {
  const { columns } = text.tasks;
  const isSome = selectedCount > 0;
  return (
    <div role="row" aria-rowindex={1} className={classes.head} data-owner={showsOwner || undefined}>
      <span role="columnheader" className={classes.check}>
        <input
          ref={(box) => {
            if (box !== null) {
              box.indeterminate = isSome && selectedCount < shownCount;
            }
          }}
          type="checkbox"
          aria-label={listText.select.all}
          title={listText.select.all}
          checked={isSome}
          onChange={isSome ? on.onClear : on.onSelectShown}
        />
      </span>
      <span role="columnheader" className={classes.id}>
        {columns.id}
      </span>
      <span role="columnheader">{columns.status}</span>
      <span role="columnheader">{columns.name}</span>
      <span role="columnheader">{columns.command}</span>
      {showsOwner && <span role="columnheader">{columns.owner}</span>}
      <span role="columnheader" className={classes.queue}>
        {listText.columns.queue}
      </span>
      <span role="columnheader" className={classes.waited}>
        {listText.columns.waited}
      </span>
      <span role="columnheader" className={classes.time}>
        {listText.columns.ran}
      </span>
      <span role="columnheader">{columns.ending}</span>
      <span role="columnheader" className={classes.created}>
        {columns.created}
      </span>
      <span role="columnheader">
        <span className="visually-hidden">{text.task.kill}</span>
      </span>
    </div>
  );
}

type TaskRowProps = {
  task: TaskSummary;
  account: Account;
  index: number;
  top: number;
  height: number;
  showsOwner: boolean;
  isSelected: boolean;
  /** What it wrote last, while it runs. */
  lastLine: string | undefined;
  onSelect: (id: number, isRange: boolean) => void;
  onKill: (task: TaskSummary) => void;
  onFocusRow: (id: number) => void;
};

/** One task of the list: a line, on a phone two. The whole row opens the task. */
export const TaskRow = memo(function TaskRow(props: TaskRowProps) {
  const { task, showsOwner } = props;
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className={classes.row}
      data-task={task.id}
      data-owner={showsOwner || undefined}
      data-selected={props.isSelected || undefined}
      style={{ height: props.height, transform: `translateY(${props.top}px)` }}
      onFocus={() => props.onFocusRow(task.id)}
      onClickCapture={(event) => {
        // Else the browser would open the task in a window of its own.
        if (event.shiftKey) {
          event.preventDefault();
          event.stopPropagation();
          props.onSelect(task.id, true);
        }
      }}
    >
      <span role="cell" className={classes.check}>
        <label>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={listText.select.row(task.name, task.id)}
            checked={props.isSelected}
            onChange={() => props.onSelect(task.id, false)}
          />
        </label>
      </span>
      <span role="cell" className={classes.id}>
        {task.id}
      </span>
      <span role="cell" className={classes.status}>
        <StatusBadge status={task.status} isSuspended={task.suspended} />
      </span>
      <span role="cell" className={classes.name} title={task.name}>
        <Link to="/tasks/$taskId" params={{ taskId: String(task.id) }} className={classes.link}>
          {task.name}
        </Link>
      </span>
      <span role="cell" className={classes.command}>
        <CommandCell command={task.command_line} />
      </span>
      {showsOwner && (
        <span role="cell" className={classes.owner}>
          {task.owner}
        </span>
      )}
      <span role="cell" className={classes.queue}>
        {task.queue}
      </span>
      <span role="cell" className={classes.waited}>
        <TimeWaited task={task} />
      </span>
      <span role="cell" className={classes.time}>
        <TimeSpent task={task} />
      </span>
      <span
        role="cell"
        className={classes.ending}
        title={task.reason === null ? props.lastLine : withLocalTimes(task.reason)}
      >
        <Ending task={task} lastLine={props.lastLine} />
      </span>
      <span role="cell" className={classes.created}>
        <Ago at={task.created_at} />
      </span>
      <span role="cell" className={classes.actions}>
        {actionRefusal("kill", task, props.account) === null && (
          <button
            type="button"
            className={classes.kill}
            aria-label={text.tasks.killAria(task.name)}
            title={text.tasks.killAria(task.name)}
            onClick={() => props.onKill(task)}
          >
            <StopIcon />
          </button>
        )}
      </span>
    </div>
  );
}, isSameRow);

function isSameRow(before: TaskRowProps, after: TaskRowProps): boolean {
  return (
    before.task === after.task &&
    before.top === after.top &&
    before.height === after.height &&
    before.index === after.index &&
    before.showsOwner === after.showsOwner &&
    before.isSelected === after.isSelected &&
    before.lastLine === after.lastLine &&
    before.account === after.account
  );
}

/** From its submission to the start of its first attempt; of a later one only the record of attempts knows. */
function TimeWaited({ task }: { task: TaskSummary }) {
  if (task.status === "pending" && task.attempt === 0) {
    return <Elapsed since={task.created_at} />;
  }
  if (task.started_at === null || task.attempt > 1) {
    return text.common.none;
  }
  return <Duration ms={Date.parse(task.started_at) - Date.parse(task.created_at)} />;
}

function TimeSpent({ task }: { task: TaskSummary }) {
  if (task.status === "running" && task.started_at !== null) {
    return <Elapsed since={task.started_at} />;
  }
  if (task.duration_ms !== null) {
    return <Duration ms={task.duration_ms} />;
  }
  return text.common.none;
}

function Ending({ task, lastLine }: { task: TaskSummary; lastLine: string | undefined }) {
  if (task.status === "running" && task.progress !== null) {
    return <ProgressBar progress={task.progress} label={text.task.progress} />;
  }
  if (task.status === "running" && task.reason === null && lastLine !== undefined) {
    return <code className={classes.lastLine}>{lastLine}</code>;
  }
  if (task.status === "pending" || task.status === "running") {
    return withLocalTimes(task.reason ?? "");
  }
  return outcomeWords(task);
}
