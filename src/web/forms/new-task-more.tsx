import { useState } from "react";
import { text } from "../text.ts";
import type { FieldGroupProps } from "./field-group.tsx";
import classes from "./new-task-form.module.css";
import { InputFields, SandboxField } from "./new-task-input.tsx";
import { LimitFields } from "./new-task-limits.tsx";
import { PlaceFields } from "./new-task-place.tsx";
import { ProgramFields } from "./new-task-program.tsx";
import { RetryFields } from "./new-task-retry.tsx";
import { emptyDraft, type TaskDraft } from "./task-draft.ts";

/** Fields that stand above the fold. */
const unfolded: readonly (keyof TaskDraft)[] = ["kind", "command", "script", "name", "description"];
const unfoldedErrors: readonly string[] = ["command", "script", "name", "description"];

/** What most tasks do not need, in groups, folded away until it is asked for, used, or wrong. */
export function NewTaskMore(props: FieldGroupProps & { mayTypeCommands: boolean; keptStdinBytes: number }) {
  const { draft, errors, onChange } = props;
  const group = { draft, errors, onChange };
  const [isOpen, setOpen] = useState(() => draft.kind === "script" || isUsed(draft));
  const hasError = Object.keys(errors).some((field) => !unfoldedErrors.includes(field));
  return (
    <details open={isOpen || hasError} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={classes.summary}>{text.newTask.more}</summary>
      <div className={classes.groups}>
        {props.mayTypeCommands && <ProgramFields {...group} keptStdinBytes={props.keptStdinBytes} />}
        <PlaceFields {...group} />
        <LimitFields {...group} />
        <RetryFields {...group} />
        <InputFields {...group} />
        <SandboxField {...group} />
      </div>
    </details>
  );
}

function isUsed(draft: TaskDraft): boolean {
  const names = Object.keys(emptyDraft) as (keyof TaskDraft)[];
  return names.some(
    (name) => !unfolded.includes(name) && JSON.stringify(draft[name]) !== JSON.stringify(emptyDraft[name]),
  );
}
