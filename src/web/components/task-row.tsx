// biome-ignore-all lint/a11y/useSemanticElements: table elements laid out as a grid lose their roles in some browsers
// biome-ignore-all lint/a11y/useFocusableInteractive: the table is read, not edited; the link inside a row takes the focus
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Account, TaskSummary } from "../../contract/index.ts";
import { outcomeWords } from "../task/outcome-words.ts";
import { actionRefusal } from "../task/permitted.ts";
import { text } from "../text.ts";
import { CommandCell } from "../ui/command-cell.tsx";
import { withLocalTimes } from "../ui/durations.ts";
import { StopIcon } from "../ui/icons.tsx";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { Ago, Duration, Elapsed } from "../ui/times.tsx";
import { StatusBadge } from "./status-badge.tsx";
import classes from "./task-row.module.css";

export function TaskTableHead({ showsOwner }: { showsOwner: boolean }) {
  const { columns } = text.tasks;
  return (
    <div role="row" aria-rowindex={1} className={classes.head} data-owner={showsOwner || undefined}>
      <span role="columnheader" className={classes.id}>
        {columns.id}
      </span>
      <span role="columnheader">{columns.status}</span>
      <span role="columnheader">{columns.name}</span>
      <span role="columnheader">{columns.command}</span>
      {showsOwner && <span role="columnheader">{columns.owner}</span>}
      <span role="columnheader" className={classes.time}>
        {columns.time}
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
      style={{ height: props.height, transform: `translateY(${props.top}px)` }}
      onFocus={() => props.onFocusRow(task.id)}
    >
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
      <span role="cell" className={classes.time}>
        <TimeSpent task={task} />
      </span>
      <span
        role="cell"
        className={classes.ending}
        title={task.reason === null ? undefined : withLocalTimes(task.reason)}
      >
        <Ending task={task} />
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
    before.account === after.account
  );
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

function Ending({ task }: { task: TaskSummary }) {
  if (task.status === "running" && task.progress !== null) {
    return <ProgressBar progress={task.progress} label={text.task.progress} />;
  }
  if (task.status === "pending" || task.status === "running") {
    return withLocalTimes(task.reason ?? "");
  }
  return outcomeWords(task);
}
