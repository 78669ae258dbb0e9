import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { ApiFailure } from "../../client/client.ts";
import type { TaskDetail } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { errorText } from "../api/error-text.ts";
import { attemptsQuery, taskQuery } from "../api/task-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { EditDialog } from "../components/edit-dialog.tsx";
import { KillDialog } from "../components/kill-dialog.tsx";
import { OutputView } from "../components/output-view.tsx";
import { TaskDetails } from "../components/task-details.tsx";
import { TaskSummaryLine } from "../components/task-summary-line.tsx";
import { actionRefusal, permissionRefusal } from "../task/permitted.ts";
import { text } from "../text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import body from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";
import { TabPanel, Tabs } from "../ui/tabs.tsx";
import classes from "./task.module.css";

const route = getRouteApi("/app/tasks/$taskId");

export function TaskPage() {
  const { taskId } = route.useParams();
  const id = Number(taskId);
  const isId = Number.isSafeInteger(id) && id > 0;
  const task = useQuery({ ...taskQuery(id), enabled: isId });
  const isMissing = !isId || (task.error instanceof ApiFailure && task.error.status === 404);
  if (task.data !== undefined && !isMissing) {
    return <Task key={id} task={task.data} />;
  }
  return (
    <>
      <DocumentTitle page={text.task.heading(id)} />
      <PageHeader before={<BackLink />} title={isMissing ? text.task.notFoundTitle : text.task.heading(id)} />
      <div className={body.body}>
        {isMissing && <p className={body.dim}>{text.task.notFound}</p>}
        {!isMissing && task.error === null && <p className={body.dim}>{text.common.loading}</p>}
        {!isMissing && task.error !== null && (
          <ErrorNote message={errorText(task.error)} onRetry={() => void task.refetch()} />
        )}
      </div>
    </>
  );
}

function BackLink() {
  return (
    <Link to="/tasks" className={classes.back}>
      <BackIcon />
      {text.task.back}
    </Link>
  );
}

function Task({ task }: { task: TaskDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(meQuery);
  const [dialog, open] = useState<"kill" | "edit" | null>(null);
  const tab = search.tab ?? "output";
  const killRefusal = actionRefusal("kill", task, me);
  const editRefusal = actionRefusal("edit", task, me);
  const runRefusal = permissionRefusal("create_tasks", me);

  function show(next: "output" | "details") {
    void navigate({ search: { ...search, tab: next === "details" ? next : undefined }, replace: true });
  }
  function runAgain() {
    void navigate({ to: "/tasks/new", search: { from: task.id } });
  }
  useKeys({
    ".": () => killRefusal === null && open("kill"),
    e: () => editRefusal === null && open("edit"),
    r: () => runRefusal === null && runAgain(),
    o: () => show("output"),
    d: () => show("details"),
    u: () => void navigate({ to: "/tasks" }),
  });

  return (
    <>
      <DocumentTitle page={`${text.task.heading(task.id)} ${task.name}`} />
      <PageHeader
        before={<BackLink />}
        title={
          <>
            <span className={classes.id}>{text.task.heading(task.id)}</span> {task.name}
          </>
        }
        actions={
          <>
            <ActionButton
              size="compact-md"
              variant="default"
              refusal={runRefusal}
              hint={text.task.againHint}
              onClick={runAgain}
            >
              {text.task.again}
            </ActionButton>
            <ActionButton size="compact-md" variant="default" refusal={editRefusal} onClick={() => open("edit")}>
              {text.task.edit}
            </ActionButton>
            <ActionButton size="compact-md" color="red" refusal={killRefusal} onClick={() => open("kill")}>
              {text.task.kill}
            </ActionButton>
          </>
        }
      />
      <TaskSummaryLine task={task} />
      <div className={classes.tabs}>
        <Tabs
          label={text.task.tabs}
          tabs={[
            { value: "output", label: text.task.output },
            { value: "details", label: text.task.details },
          ]}
          current={tab}
          onChange={show}
        />
        <AttemptChoice task={task} chosen={search.attempt} />
      </div>
      <TabPanel value={tab} className={classes.panel}>
        {tab === "output" && <OutputView key={search.attempt ?? "latest"} task={task} attempt={search.attempt} />}
        {tab === "details" && <TaskDetails task={task} />}
      </TabPanel>
      <KillDialog task={dialog === "kill" ? task : null} onClose={() => open(null)} />
      <EditDialog task={dialog === "edit" ? task : null} onClose={() => open(null)} />
    </>
  );
}

/** Only when there is something to choose. */
function AttemptChoice({ task, chosen }: { task: TaskDetail; chosen: number | undefined }) {
  const navigate = route.useNavigate();
  const attempts = useQuery({ ...attemptsQuery(task.id), enabled: task.attempt > 1 });
  if (attempts.data === undefined || attempts.data.length < 2) {
    return null;
  }
  return (
    <label className={classes.attempt}>
      {text.task.attempt}
      <select
        value={chosen ?? task.attempt}
        onChange={(event) => {
          const number = Number(event.currentTarget.value);
          const attempt = number === task.attempt ? undefined : number;
          void navigate({ search: (before) => ({ ...before, attempt }), replace: true });
        }}
      >
        {attempts.data.map((attempt) => (
          <option key={attempt.number} value={attempt.number}>
            {attempt.number}
          </option>
        ))}
      </select>
    </label>
  );
}
