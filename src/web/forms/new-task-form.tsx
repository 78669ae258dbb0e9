import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { ApiFailure } from "../../client/client.ts";
import { type Account, suggestName } from "../../contract/index.ts";
import { createTask, newSubmissionKey } from "../api/create-task.ts";
import { formErrors } from "../api/error-text.ts";
import { permissionRefusal } from "../task/permitted.ts";
import { text } from "../text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import { forgetDraft, keepDraft } from "./kept-draft.ts";
import classes from "./new-task-form.module.css";
import { NewTaskMore } from "./new-task-more.tsx";
import { NewTaskPreview } from "./new-task-preview.tsx";
import { type DraftErrors, hasProgram, readDraft, type TaskDraft } from "./task-draft.ts";

const fields = ["command", "script", "name", "description", "cwd", "env", "stdin", "timeout_seconds"] as const;

type NewTaskFormProps = {
  account: Account;
  initial: TaskDraft;
  /** How long the demonstration sleeps; undefined until known. */
  sleepSeconds: number | undefined;
  /** Bytes of standard input of the task this one repeats. */
  lostStdinBytes: number;
};

export function NewTaskForm({ account, initial, sleepSeconds, lostStdinBytes }: NewTaskFormProps) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [key, setKey] = useState(newSubmissionKey);
  const [ownErrors, setOwnErrors] = useState<DraftErrors>({});
  const run = useMutation({
    mutationFn: createTask,
    onSuccess: (task) => {
      forgetDraft();
      return navigate({ to: "/tasks/$taskId", params: { taskId: String(task.id) } });
    },
    onError: (error) => {
      if (error instanceof ApiFailure && error.status !== 401) {
        // The server has judged this submission; the mended one is another.
        forgetDraft();
        setKey(newSubmissionKey());
      }
    },
  });
  const { byField, rest } = formErrors(run.error, fields);
  const errors: DraftErrors = { ...byField, ...ownErrors };
  const commandRefusal = permissionRefusal("run_commands", account);
  const createRefusal = permissionRefusal("create_tasks", account);

  function change(next: Partial<TaskDraft>) {
    setDraft((before) => ({ ...before, ...next }));
  }
  function submit() {
    const read = readDraft(draft);
    setOwnErrors(read.ok ? {} : read.errors);
    if (read.ok && createRefusal === null && !run.isPending) {
      keepDraft(draft);
      run.mutate({ order: read.order, key });
    }
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    submit();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  }
  return (
    <form className={classes.form} onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
      {rest !== null && <ErrorNote message={rest} />}
      <ProgramField draft={draft} errors={errors} onChange={change} refusal={commandRefusal} />
      <TextInput
        label={text.newTask.name}
        placeholder={suggestionFor(draft)}
        value={draft.name}
        autoFocus={commandRefusal !== null}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errors.name}
      />
      <Textarea
        label={text.newTask.description}
        rows={2}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
        error={errors.description}
      />
      {lostStdinBytes > 0 && <p className={classes.note}>{text.newTask.stdinNotCopied(lostStdinBytes)}</p>}
      {commandRefusal === null && <NewTaskMore draft={draft} errors={errors} onChange={change} />}
      <div className={classes.foot}>
        <NewTaskPreview draft={draft} sleepSeconds={sleepSeconds} />
        {createRefusal === null ? (
          <Button type="submit" loading={run.isPending}>
            {text.newTask.submit}
          </Button>
        ) : (
          <ActionButton refusal={createRefusal} onClick={submit}>
            {text.newTask.submit}
          </ActionButton>
        )}
      </div>
    </form>
  );
}

type ProgramFieldProps = {
  draft: TaskDraft;
  errors: DraftErrors;
  onChange: (next: Partial<TaskDraft>) => void;
  /** Why the person may not type a command; null when they may. */
  refusal: string | null;
};

function ProgramField({ draft, errors, onChange, refusal }: ProgramFieldProps) {
  const isScript = draft.kind === "script";
  return (
    <Textarea
      label={isScript ? text.newTask.script : text.newTask.command}
      description={refusal ?? (isScript ? text.newTask.scriptHint : text.newTask.commandHint)}
      classNames={{ input: classes.program }}
      rows={isScript ? 10 : 3}
      disabled={refusal !== null}
      autoFocus={refusal === null}
      spellCheck={false}
      autoCapitalize="none"
      autoCorrect="off"
      value={isScript ? draft.script : draft.command}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        onChange(isScript ? { script: typed } : { command: typed });
      }}
      error={isScript ? errors.script : errors.command}
    />
  );
}

/** What the server will call the task when no name is typed. */
function suggestionFor(draft: TaskDraft): string {
  if (!hasProgram(draft)) {
    return text.newTask.nameRequired;
  }
  const isScript = draft.kind === "script";
  return suggestName({
    command: isScript ? null : draft.command,
    script: isScript ? { body: draft.script } : null,
  });
}
