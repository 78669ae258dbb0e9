import { Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "../text.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import classes from "./new-task-form.module.css";
import { type DraftErrors, emptyDraft, type TaskDraft } from "./task-draft.ts";

const folded = ["cwd", "env", "stdin", "timeout"] as const;

/** What most tasks do not need, folded away until it is asked for, used, or wrong. */
export function NewTaskMore(props: {
  draft: TaskDraft;
  errors: DraftErrors;
  onChange: (next: Partial<TaskDraft>) => void;
}) {
  const { draft, errors, onChange } = props;
  const [isOpen, setOpen] = useState(
    () => draft.kind === "script" || folded.some((field) => draft[field] !== emptyDraft[field]),
  );
  const hasError = ["cwd", "env", "stdin", "timeout_seconds"].some((field) => errors[field] !== undefined);
  return (
    <details open={isOpen || hasError} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={classes.summary}>{text.newTask.more}</summary>
      <div className={classes.more}>
        <fieldset className={`${classes.kind} ${classes.wide}`}>
          <legend className={classes.legend}>{text.newTask.kind}</legend>
          <ToggleButton isOn={draft.kind === "command"} onClick={() => onChange({ kind: "command" })}>
            {text.newTask.kindCommand}
          </ToggleButton>
          <ToggleButton isOn={draft.kind === "script"} onClick={() => onChange({ kind: "script" })}>
            {text.newTask.kindScript}
          </ToggleButton>
        </fieldset>
        {draft.kind === "script" && (
          <TextInput
            className={classes.wide}
            label={text.newTask.interpreter}
            description={text.newTask.interpreterHint}
            classNames={{ input: classes.program }}
            value={draft.interpreter}
            onChange={(event) => onChange({ interpreter: event.currentTarget.value })}
          />
        )}
        <TextInput
          label={text.newTask.cwd}
          description={text.newTask.cwdHint}
          classNames={{ input: classes.program }}
          value={draft.cwd}
          onChange={(event) => onChange({ cwd: event.currentTarget.value })}
          error={errors.cwd}
        />
        <TextInput
          label={text.newTask.timeout}
          description={text.newTask.timeoutHint}
          value={draft.timeout}
          onChange={(event) => onChange({ timeout: event.currentTarget.value })}
          error={errors.timeout_seconds}
        />
        <Textarea
          label={text.newTask.env}
          description={text.newTask.envHint}
          classNames={{ input: classes.program }}
          rows={4}
          spellCheck={false}
          value={draft.env}
          onChange={(event) => onChange({ env: event.currentTarget.value })}
          error={errors.env}
        />
        <Textarea
          label={text.newTask.stdin}
          description={text.newTask.stdinHint}
          classNames={{ input: classes.program }}
          rows={4}
          spellCheck={false}
          value={draft.stdin}
          onChange={(event) => onChange({ stdin: event.currentTarget.value })}
          error={errors.stdin}
        />
      </div>
    </details>
  );
}
