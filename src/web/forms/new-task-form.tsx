import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ApiFailure } from "../../client/client.ts";
import { type Account, suggestName, type TaskDetail } from "../../contract/index.ts";
import { createTask, newSubmissionKey, rerunTask } from "../api/create-task.ts";
import { formErrors } from "../api/error-text.ts";
import { formText } from "../form-text.ts";
import { permissionRefusal } from "../task/permitted.ts";
import { text } from "../text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import type { FieldProblems } from "./field-reader.ts";
import { forgetDraft, keepDraft } from "./kept-draft.ts";
import classes from "./new-task-form.module.css";
import { NewTaskMore } from "./new-task-more.tsx";
import { NewTaskPreview } from "./new-task-preview.tsx";
import { policyFields } from "./policy-draft.ts";
import { hasProgram, readDraft, readEdit, type TaskDraft } from "./task-draft.ts";

const fields = [
  "command",
  "script",
  "script.interpreter",
  "name",
  "description",
  "cwd",
  "env",
  "stdin",
  "timeout_seconds",
  "kill_grace_seconds",
  ...policyFields,
  "node",
  "labels",
] as const;

type NewTaskFormProps = {
  account: Account;
  initial: TaskDraft;
  /** The task to run once more with changes; null for a new one. `original` is its draft without any. */
  rerun: { task: TaskDetail; original: TaskDraft } | null;
  /** How long the demonstration sleeps; undefined until known. */
  sleepSeconds: number | undefined;
};

export function NewTaskForm({ account, initial, rerun, sleepSeconds }: NewTaskFormProps) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [key, setKey] = useState(newSubmissionKey);
  const [ownErrors, setOwnErrors] = useState<FieldProblems>({});
  const run = useMutation({
    mutationFn: (send: () => Promise<TaskDetail>) => send(),
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
  const errors: FieldProblems = { ...byField, ...ownErrors };
  const commandRefusal = permissionRefusal("run_commands", account);
  const createRefusal = permissionRefusal("create_tasks", account);

  const form = useRef<HTMLFormElement>(null);

  // A wrong field may be out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every answer and every look of the form's own
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [run.error, ownErrors]);

  function change(next: Partial<TaskDraft>) {
    setDraft((before) => ({ ...before, ...next }));
  }
  function submit() {
    const prepared = rerun === null ? prepareOrder(draft, key) : prepareRerun(draft, rerun, key);
    setOwnErrors("errors" in prepared ? prepared.errors : {});
    if ("send" in prepared && createRefusal === null && !run.isPending) {
      keepDraft({ from: rerun?.task.id ?? null, draft });
      run.mutate(prepared.send);
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
    <form ref={form} className={classes.form} onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
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
      <NewTaskMore
        draft={draft}
        errors={errors}
        onChange={change}
        mayTypeCommands={commandRefusal === null}
        keptStdinBytes={rerun?.task.stdin_bytes ?? 0}
      />
      <div className={classes.foot}>
        <NewTaskPreview draft={draft} sleepSeconds={sleepSeconds} />
        {createRefusal === null ? (
          <Button type="submit" loading={run.isPending}>
            {rerun === null ? text.newTask.submit : formText.rerunSubmit}
          </Button>
        ) : (
          <ActionButton refusal={createRefusal} onClick={submit}>
            {rerun === null ? text.newTask.submit : formText.rerunSubmit}
          </ActionButton>
        )}
      </div>
    </form>
  );
}

/** How to send what was typed, or what is wrong with it. */
type Prepared = { send: () => Promise<TaskDetail> } | { errors: FieldProblems };

function prepareOrder(draft: TaskDraft, key: string): Prepared {
  const read = readDraft(draft);
  return read.ok ? { send: () => createTask({ order: read.value, key }) } : read;
}

function prepareRerun(
  draft: TaskDraft,
  { task, original }: NonNullable<NewTaskFormProps["rerun"]>,
  key: string,
): Prepared {
  const read = readEdit(draft, original);
  return read.ok ? { send: () => rerunTask({ id: task.id, edit: read.value, key }) } : read;
}

type ProgramFieldProps = {
  draft: TaskDraft;
  errors: FieldProblems;
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
