import type { ReactNode } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { detailsText } from "../details-text.ts";
import { limitWords, retryWords, setLimits } from "../task/policy-words.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { formatDuration } from "../ui/durations.ts";
import { DetailRow as Row } from "./detail-row.tsx";

const words = taskText.details;

/** What bounds a task, and when it is tried again: limits and how they are kept, retries, sandbox, streams, input. */
export function Bounds({ task }: { task: TaskDetail }) {
  return (
    <>
      <Row name={detailsText.timeout}>
        {task.timeout_seconds === null ? text.newTask.noLimit : formatDuration(task.timeout_seconds * 1000)}
      </Row>
      <Row name={detailsText.grace}>{formatDuration(task.kill_grace_seconds * 1000)}</Row>
      <Row name={words.limits}>{limitLines(task)}</Row>
      <Row name={words.retry}>{task.retry === null ? words.noRetry : retryWords(task.retry)}</Row>
      <Row name={words.sandbox}>{taskText.sandboxes[task.sandbox]}</Row>
      <Row name={words.terminal}>
        {task.pty === null ? words.noTerminal : words.terminalSize(task.pty.columns, task.pty.rows)}
      </Row>
      <Row name={words.stderr}>{task.mark_stderr ? words.marked : words.notMarkedBut}</Row>
      <Row name={words.input}>{task.takes_input ? words.takesInput : words.noInput}</Row>
    </>
  );
}

/** As the latest attempt keeps them; before the first one, as they were asked for. */
function limitLines(task: TaskDetail): ReactNode {
  const asked = setLimits(task.limits);
  if (asked.length === 0) {
    return words.noLimits;
  }
  const inForce = new Map(task.limits_in_force.map((each) => [each.limit, each]));
  return asked.map(({ limit, value }) => {
    const kept = inForce.get(limit);
    return (
      <div key={limit} title={kept === undefined ? words.askedFor : taskText.enforcementMeanings[kept.how]}>
        {limitWords(limit, kept?.value ?? value)}
        {kept !== undefined && <>, {taskText.enforcements[kept.how]}</>}
      </div>
    );
  });
}
