import { Link } from "@tanstack/react-router";
import { formText } from "../form-text.ts";
import classes from "./new-task-form.module.css";
import type { LinesProgress } from "./use-submission.ts";

/** The tasks that lines have become, linked. */
export function SentLines({ progress }: { progress: LinesProgress }) {
  const { sent, total } = progress;
  if (sent.length === 0) {
    return null;
  }
  return (
    <p role="status" className={classes.sent}>
      {formText.lines.sent(sent.length, total)}
      {sent.map((task) => (
        <Link key={task.id} to="/tasks/$taskId" params={{ taskId: String(task.id) }} title={task.name}>
          #{task.id}
        </Link>
      ))}
      {sent.length < total && formText.lines.rest}
    </p>
  );
}
