import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { isOver, type TaskDetail } from "../../contract/index.ts";
import { nextStep } from "../task/next-step.ts";
import { outcomeWords } from "../task/outcome-words.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { timelineText } from "../timeline-text.ts";
import { withLocalTimes } from "../ui/durations.ts";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { Ago, Duration, Elapsed } from "../ui/times.tsx";
import { StatusBadge } from "./status-badge.tsx";
import classes from "./task-summary-line.module.css";

/** One line on where a task stands: status, outcome, progress, time, attempt, why, who and where. */
export function TaskSummaryLine({ task }: { task: TaskDetail }) {
  // The sentence of one that timed out says after how long.
  const ending = task.outcome === "timed_out" && task.reason !== null ? "" : outcomeWords(task, task.timeout_seconds);
  const reason = saysTheSame(task.reason, ending) ? null : task.reason;
  return (
    <div className={classes.line}>
      <span role="status" className={classes.status}>
        <StatusBadge status={task.status} isSuspended={task.suspended} />
        {ending !== "" && <span>{ending}</span>}
      </span>
      {task.status === "running" && task.progress !== null && (
        <ProgressBar progress={task.progress} label={text.task.progress} />
      )}
      <TimeSpent task={task} />
      <AttemptWords task={task} />
      {reason !== null && <span className={classes.reason}>{withLocalTimes(reason)}</span>}
      <span className={classes.dim}>
        {text.task.by(task.owner)}
        {task.node !== null && ` ${text.task.onNode(task.node)}`}, {text.task.created} <Ago at={task.created_at} />
      </span>
      <NextStep task={task} />
    </div>
  );
}

function NextStep({ task }: { task: TaskDetail }): ReactNode {
  const next = nextStep(task);
  return (
    next !== null && (
      <span className={classes.next}>
        {next.words !== "" && <span>{next.words}</span>}
        {next.leadsTo === "edit" && (
          <Link to="/tasks/new" search={{ from: task.id }}>
            {timelineText.next.edit}
          </Link>
        )}
        {next.leadsTo === "nodes" && <Link to="/nodes">{timelineText.next.toNodes}</Link>}
      </span>
    )
  );
}

/** A reason like "Exit 2." adds nothing to "exit 2". */
function saysTheSame(reason: string | null, ending: string): boolean {
  return reason !== null && reason.toLowerCase().replace(/\.$/, "") === ending.toLowerCase();
}

/** Which attempt it is, when there can be more than one. Between attempts the reason says it. */
function AttemptWords({ task }: { task: TaskDetail }): ReactNode {
  const isOnly = task.max_attempts === 1 && task.attempt <= 1;
  if (isOnly || task.attempt === 0 || task.status === "pending") {
    return null;
  }
  return <span>{taskText.attemptOf(task.attempt, task.max_attempts)}</span>;
}

function TimeSpent({ task }: { task: TaskDetail }): ReactNode {
  if (task.status === "pending" && task.attempt === 0) {
    return (
      <span>
        {text.task.waitingFor} <Elapsed since={task.created_at} />
      </span>
    );
  }
  if (task.status === "running" && task.started_at !== null) {
    return (
      <span>
        {text.task.runningFor} <Elapsed since={task.started_at} />
      </span>
    );
  }
  if (isOver(task.status) && task.duration_ms !== null) {
    return (
      <span>
        {text.task.after} <Duration ms={task.duration_ms} />
      </span>
    );
  }
  return null;
}
