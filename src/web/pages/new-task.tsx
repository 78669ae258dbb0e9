import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { infoQuery, meQuery } from "../api/account-queries.ts";
import { errorText } from "../api/error-text.ts";
import { taskQuery } from "../api/task-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { formText } from "../form-text.ts";
import { draftSlot } from "../forms/kept-draft.ts";
import { NewTaskForm } from "../forms/new-task-form.tsx";
import { repeatDraft } from "../forms/repeat-draft.ts";
import { emptyDraft } from "../forms/task-draft.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";

const route = getRouteApi("/app/tasks/new");

/** The form of a new task: empty, with a command from the address, or with all of an earlier task to run it again. */
export function NewTaskPage() {
  const { command = "", from } = route.useSearch();
  const me = useQuery(meQuery);
  const info = useQuery(infoQuery);
  const source = useQuery({ ...taskQuery(from ?? 0), enabled: from !== undefined });
  const error = me.error ?? source.error;
  // The kill grace that a task gets unasked is known from there; without it, it is shown like any other.
  const isReady = me.data !== undefined && (from === undefined || (source.data !== undefined && !info.isLoading));
  const start =
    source.data === undefined
      ? { ...emptyDraft, command }
      : repeatDraft(source.data, info.data?.default_kill_grace_seconds);
  const slot = isReady ? draftSlot(me.data, from === undefined ? { command } : { from }) : "";
  const title = from === undefined ? formText.title : formText.rerunTitle(from);
  return (
    <>
      <DocumentTitle page={title} />
      <PageHeader title={title} context={from === undefined ? formText.context : formText.rerunContext} />
      <div className={classes.body}>
        {error !== null && <ErrorNote message={errorText(error)} onRetry={() => void me.refetch()} />}
        {error === null && !isReady && <p className={classes.dim}>{text.common.loading}</p>}
        {isReady && (
          <NewTaskForm
            key={slot}
            account={me.data}
            start={start}
            slot={slot}
            rerun={source.data === undefined ? null : { task: source.data, original: start }}
            sleepSeconds={info.data?.default_sleep_seconds}
          />
        )}
      </div>
    </>
  );
}
