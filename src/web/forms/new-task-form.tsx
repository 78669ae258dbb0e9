import { Button, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, useId, useRef } from "react";
import { type Account, suggestName } from "../../contract/index.ts";
import { formText } from "../form-text.ts";
import { permissionRefusal } from "../task/permitted.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import { withoutLines } from "./command-lines.ts";
import { DraftField, type FieldGroupProps } from "./field-group.tsx";
import { EnvironmentFields } from "./new-task-environment.tsx";
import classes from "./new-task-form.module.css";
import { LimitFields } from "./new-task-limits.tsx";
import { TrialDisclosure } from "./new-task-preview.tsx";
import { ProgramFields } from "./new-task-program.tsx";
import { RetryFields } from "./new-task-retry.tsx";
import { WhenFields } from "./new-task-when.tsx";
import { WhereFields } from "./new-task-where.tsx";
import { previewOfDraft, previewOfTrial } from "./preview-words.ts";
import { refusedWords } from "./refused-words.ts";
import type { RerunSource } from "./rerun-source.ts";
import { RestoredNote } from "./restored-note.tsx";
import { sendableOf } from "./sendable.ts";
import { SentLines } from "./sent-lines.tsx";
import { hasProgram, programOf, type TaskDraft } from "./task-draft.ts";
import { useDryRun } from "./use-dry-run.ts";
import { useFieldProblems } from "./use-field-problems.ts";
import { useKeptDraft } from "./use-kept-draft.ts";
import { useSubmission } from "./use-submission.ts";

const words = formText;

type NewTaskFormProps = {
  account: Account;
  start: TaskDraft;
  /** Of its draft. Another one is another form. */
  slot: string;
  rerun: RerunSource | null;
  /** How long the demonstration sleeps; undefined until known. */
  sleepSeconds: number | undefined;
};

export function NewTaskForm({ account, start, slot, rerun, sleepSeconds }: NewTaskFormProps) {
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const previewId = useId();
  const keeper = useKeptDraft({ slot, start });
  const { draft } = keeper;
  const submission = useSubmission({
    onTask: (task) => {
      keeper.forget();
      return navigate({ to: "/tasks/$taskId", params: { taskId: String(task.id) } });
    },
    onLine: removeLine,
    onLines: () => {
      keeper.startAgain();
      problems.forget();
      form.current?.querySelector("textarea")?.focus();
    },
  });
  const { run, progress } = submission;
  const createRefusal = permissionRefusal("create_tasks", account);
  const commandRefusal = permissionRefusal("run_commands", account);
  const prepared = sendableOf(draft, rerun);
  const foreseen = useDryRun(draft, rerun, createRefusal === null);
  const own = "errors" in prepared ? prepared.errors : {};
  const problems = useFieldProblems({ draft, own, foreseen: foreseen.refusal, refused: run.error, form });
  /** The command field as it was when its lines were sent, and those that are tasks by now. */
  const sending = useRef({ typed: "", gone: new Set<number>() });
  const count = "sendable" in prepared && prepared.sendable.kind === "lines" ? prepared.sendable.lines.length : 1;

  function removeLine({ number }: { number: number }) {
    sending.current.gone.add(number);
    keeper.change({ command: withoutLines(sending.current.typed, sending.current.gone) });
    // A tab that crashes now must not come back with it.
    keeper.keepNow();
  }
  function change(next: Partial<TaskDraft>) {
    problems.noteChange(next);
    if (next.command !== undefined) {
      submission.dropRefused();
    }
    keeper.change(next);
  }
  function submit() {
    problems.noteTry();
    if ("sendable" in prepared && createRefusal === null && !run.isPending) {
      sending.current = { typed: draft.command, gone: new Set() };
      run.mutate(prepared.sendable);
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

  const refusedLines = run.isPending ? [] : (progress?.refused ?? []);
  const errors = { ...problems.errors };
  if (refusedLines.length > 0) {
    errors.command = refusedWords(refusedLines);
  }
  const group: FieldGroupProps = { draft, errors, onChange: change };
  const mayTypeCommands = commandRefusal === null;
  const sendingLines = run.isPending ? progress : null;
  const submitLabel = labelOf(count, rerun !== null, sendingLines);
  return (
    <form
      ref={form}
      className={classes.form}
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
      onBlur={problems.onBlur}
      noValidate
      autoComplete="off"
    >
      {keeper.restored !== null && (
        <RestoredNote kept={keeper.restored} isRerun={rerun !== null} onStartAgain={keeper.startAgain} />
      )}
      {problems.rest !== null && <ErrorNote message={problems.rest} />}
      {progress !== null && <SentLines progress={progress} />}
      <ProgramFields {...group} refusal={commandRefusal} maySplit={rerun === null} isReadOnly={sendingLines !== null} />
      <div className={classes.fields}>
        <TextInput
          name="name"
          label={words.name}
          placeholder={count > 1 ? words.lines.names : suggestionFor(draft)}
          value={count > 1 ? "" : draft.name}
          disabled={count > 1}
          autoFocus={!mayTypeCommands}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errors.name}
        />
        <DraftField {...group} field="tags" served="tags" label={words.tags} placeholder={words.tagsHint} />
      </div>
      <DraftField {...group} field="description" served="description" label={words.description} rows={2} />
      <div className={classes.groups}>
        <WhenFields {...group} />
        <WhereFields {...group} mayTypeCommands={mayTypeCommands} />
        <LimitFields {...group} />
        <RetryFields {...group} />
        <EnvironmentFields {...group} mayTypeCommands={mayTypeCommands} keptStdinBytes={rerun?.task.stdin_bytes ?? 0} />
      </div>
      <TrialDisclosure trial={foreseen.trial} reason={problems.prospectRest ?? words.trial.unknown} />
      <div className={classes.foot}>
        <p id={previewId} className={classes.preview}>
          {foreseen.trial === null
            ? (problems.prospectRest ?? previewOfDraft(draft, sleepSeconds))
            : previewOfTrial(foreseen.trial, count)}
        </p>
        {createRefusal === null ? (
          <Button
            type="submit"
            aria-describedby={previewId}
            loading={run.isPending && sendingLines === null}
            disabled={sendingLines !== null}
          >
            {submitLabel}
          </Button>
        ) : (
          <ActionButton refusal={createRefusal} onClick={submit}>
            {submitLabel}
          </ActionButton>
        )}
      </div>
    </form>
  );
}

function labelOf(count: number, isRerun: boolean, progress: { done: number; total: number } | null): string {
  if (progress !== null) {
    return words.lines.sending(progress.done, progress.total);
  }
  if (count > 1) {
    return words.lines.submit(count);
  }
  return isRerun ? words.rerunSubmit : words.submit;
}

/** What the server will call the task when no name is typed. */
function suggestionFor(draft: TaskDraft): string {
  return hasProgram(draft) ? suggestName({ command: null, script: null, ...programOf(draft) }) : words.nameRequired;
}
