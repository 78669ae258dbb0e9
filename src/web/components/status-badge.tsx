import type { TaskStatus } from "../../contract/index.ts";
import { text } from "../text.ts";
import * as icons from "../ui/icons.tsx";
import classes from "./status-badge.module.css";

/** A task's status as icon, word and colour, the same everywhere. */
export function StatusBadge({ status, isSuspended = false }: { status: TaskStatus; isSuspended?: boolean }) {
  const isPaused = status === "running" && isSuspended;
  return (
    <span
      className={classes.badge}
      data-status={status}
      title={isPaused ? text.suspendedMeaning : text.statusMeanings[status]}
    >
      {isPaused ? <icons.SuspendedIcon /> : <StatusIcon status={status} />}
      {isPaused ? text.suspended : text.statuses[status]}
    </span>
  );
}

/** The icon alone, where the word stands elsewhere. */
export function StatusIcon({ status }: { status: TaskStatus }) {
  switch (status) {
    case "pending":
      return <icons.PendingIcon />;
    case "running":
      return <icons.RunningIcon className={classes.turning} />;
    case "completed":
      return <icons.CompletedIcon />;
    case "failed":
      return <icons.FailedIcon />;
    case "killed":
      return <icons.KilledIcon />;
  }
}
