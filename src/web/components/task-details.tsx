import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isOver, quoteForShell, type TaskDetail } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { attemptsQuery } from "../api/task-queries.ts";
import { detailsText } from "../details-text.ts";
import { asCurl } from "../task/as-curl.ts";
import { asUtm } from "../task/as-utm.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { formatDuration, withLocalTimes } from "../ui/durations.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import body from "../ui/page-body.module.css";
import { formatBytes } from "../ui/sizes.ts";
import { Duration, Elapsed, Moment } from "../ui/times.tsx";
import { AttemptTable } from "./attempt-table.tsx";
import { DetailRow as Row } from "./detail-row.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { Bounds } from "./task-bounds.tsx";
import classes from "./task-details.module.css";

const words = detailsText;

/** Everything about a task in plain two-column lists: what it is, what it was given, and each attempt. */
export function TaskDetails({ task }: { task: TaskDetail }) {
  const attempts = useQuery(attemptsQuery(task.id));
  return (
    <div className={body.body}>
      <div className={classes.sections}>
        <Section title={words.about}>
          <About task={task} />
        </Section>
        <div className={classes.column}>
          <Section title={words.program} action={<CopyAs task={task} />}>
            <Program task={task} />
          </Section>
          <Section title={taskText.details.bounds}>
            <Bounds task={task} />
          </Section>
        </div>
      </div>
      <section className={classes.attempts}>
        <h2 className={classes.title}>{words.attempts}</h2>
        {attempts.error !== null && (
          <ErrorNote message={errorText(attempts.error)} onRetry={() => void attempts.refetch()} />
        )}
        {attempts.data !== undefined && <AttemptTable attempts={attempts.data} />}
      </section>
    </div>
  );
}

/** The submission, to be repeated elsewhere. */
function CopyAs({ task }: { task: TaskDetail }) {
  const utm = asUtm(task);
  return (
    <span className={classes.actions}>
      <CopyButton value={asCurl(task, window.location.origin)} label={words.copyCurl} />
      {utm !== null && <CopyButton value={utm} label={words.copyUtm} />}
    </span>
  );
}

function Section(props: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className={classes.head}>
        <h2 className={classes.title}>{props.title}</h2>
        {props.action}
      </div>
      <dl className={classes.list}>{props.children}</dl>
    </section>
  );
}

function About({ task }: { task: TaskDetail }) {
  return (
    <>
      <Row name={words.name}>{task.name}</Row>
      <Row name={words.description}>{task.description}</Row>
      <Row name={words.status}>
        <StatusBadge status={task.status} isSuspended={task.suspended} />
      </Row>
      <Row name={words.outcome}>{task.outcome && text.outcomes[task.outcome]}</Row>
      <Row name={words.exitCode}>{task.exit_code}</Row>
      <Row name={words.signal}>{task.signal}</Row>
      <Row name={words.reason}>{task.reason && withLocalTimes(task.reason)}</Row>
      <Row name={taskText.attempt.label}>{attemptWords(task)}</Row>
      <Row name={words.owner}>{task.owner}</Row>
      <Row name={taskText.details.asksFor}>{asksFor(task)}</Row>
      <Row name={words.node}>{task.node}</Row>
      <Row name={words.queue}>{task.queue}</Row>
      <Row name={words.priority}>{task.priority}</Row>
      <Row name={words.tags}>{task.tags.join(", ")}</Row>
      <Row name={words.created}>
        <Moment at={task.created_at} />
      </Row>
      <Row name={words.runAt}>{task.run_at && <Moment at={task.run_at} />}</Row>
      <Row name={words.started}>{task.started_at && <Moment at={task.started_at} />}</Row>
      <Row name={words.waited}>{waited(task)}</Row>
      <Row name={words.completed}>{task.completed_at && <Moment at={task.completed_at} />}</Row>
      <Row name={words.duration}>{ranFor(task)}</Row>
      <Row name={words.cpu}>{task.usage.cpu_ms === null ? null : formatDuration(task.usage.cpu_ms)}</Row>
      <Row name={words.memory}>{task.usage.max_rss_bytes === null ? null : formatBytes(task.usage.max_rss_bytes)}</Row>
      {/* Known only at the end; what is written meanwhile is seen in the output itself. */}
      <Row name={words.outputBytes}>{isOver(task.status) ? formatBytes(task.output_bytes) : null}</Row>
    </>
  );
}

function Program({ task }: { task: TaskDetail }) {
  const isDemonstration = task.command === null && task.argv === null && task.script === null;
  const env = Object.entries(task.env);
  return (
    <>
      {isDemonstration && <Row name={words.command}>{words.demonstration}</Row>}
      <Row name={words.command} isCode>
        {task.command}
      </Row>
      <Row name={words.argv} isCode>
        {task.argv?.map(quoteForShell).join(" ")}
      </Row>
      <Row name={words.interpreter} isCode>
        {task.script?.interpreter}
      </Row>
      <Row name={words.script} isCode>
        {task.script?.body}
      </Row>
      <Row name={words.cwd} isCode>
        {task.cwd}
      </Row>
      <Row name={words.env} isCode>
        {env.map(([name, value]) => `${name}=${value}`).join("\n")}
      </Row>
      <Row name={words.stdin}>{task.stdin_bytes > 0 ? formatBytes(task.stdin_bytes) : null}</Row>
    </>
  );
}

/** Where it may run; null when that is anywhere. */
function asksFor({ requested_node: node, labels }: TaskDetail): string | null {
  const parts = [
    ...(node === null ? [] : [taskText.details.asksForNode(node)]),
    ...(labels.length === 0 ? [] : [taskText.details.asksForLabels(labels.join(", "))]),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}

/** Nothing for a task with a single attempt. */
function attemptWords(task: TaskDetail): string | null {
  const isOnly = task.max_attempts === 1 && task.attempt <= 1;
  return isOnly || task.attempt === 0 ? null : taskText.attempt.numberOf(task.attempt, task.max_attempts);
}

function waited(task: TaskDetail): string | null {
  return task.started_at === null ? null : formatDuration(Date.parse(task.started_at) - Date.parse(task.created_at));
}

function ranFor(task: TaskDetail): ReactNode {
  if (task.status === "running" && task.started_at !== null) {
    return <Elapsed since={task.started_at} />;
  }
  return task.duration_ms === null ? null : <Duration ms={task.duration_ms} />;
}
