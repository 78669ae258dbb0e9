import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useId } from "react";
import { ApiFailure } from "../../client/client.ts";
import type { TaskDetail } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { taskQuery } from "../api/task-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { EditNameButton } from "../components/edit-name-button.tsx";
import { OutputView } from "../components/output-view.tsx";
import { TaskActions } from "../components/task-actions.tsx";
import { TaskSummaryLine } from "../components/task-summary-line.tsx";
import { TaskTimeline } from "../components/task-timeline.tsx";
import { WatchButton } from "../components/watch-button.tsx";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import body from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";
import { TabPanel, Tabs } from "../ui/tabs.tsx";
import classes from "./task.module.css";

const TaskDetails = lazy(async () => ({ default: (await import("../components/task-details.tsx")).TaskDetails }));
const TaskEvents = lazy(async () => ({ default: (await import("../components/task-events.tsx")).TaskEvents }));
const TaskUsage = lazy(async () => ({ default: (await import("../components/task-usage.tsx")).TaskUsage }));

const tabs = (["output", "details", "events", "usage"] as const).map((value) => ({
  value,
  label: taskText.tabs[value],
}));
type Tab = (typeof tabs)[number]["value"];
/** Those that show one attempt. */
const tabsOfAttempt: readonly Tab[] = ["output", "usage"];

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
  const tab = search.tab ?? "output";

  function show(next: Tab) {
    void navigate({ search: { ...search, tab: next === "output" ? undefined : next }, replace: true });
  }
  function showAttempt(number: number) {
    const attempt = number === task.attempt ? undefined : number;
    void navigate({ search: (before) => ({ ...before, attempt }), replace: true });
  }
  useKeys({
    o: () => show("output"),
    d: () => show("details"),
    v: () => show("events"),
    m: () => show("usage"),
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
        context={
          <>
            <EditNameButton task={task} />
            <WatchButton task={task} />
          </>
        }
        actions={<TaskActions task={task} />}
      />
      <TaskSummaryLine task={task} />
      <TaskTimeline task={task} onAttempt={showAttempt} />
      <div className={classes.tabs}>
        <Tabs label={text.task.tabs} tabs={tabs} current={tab} onChange={show} />
        {tabsOfAttempt.includes(tab) && <AttemptChoice task={task} chosen={search.attempt} onChoose={showAttempt} />}
      </div>
      <TabPanel value={tab} className={classes.panel}>
        {tab === "output" && <OutputView key={search.attempt ?? "latest"} task={task} attempt={search.attempt} />}
        <Suspense fallback={<p className={classes.loading}>{text.common.loading}</p>}>
          {tab === "details" && <TaskDetails task={task} />}
          {tab === "events" && <TaskEvents task={task} />}
          {tab === "usage" && <TaskUsage task={task} attempt={search.attempt ?? task.attempt} />}
        </Suspense>
      </TabPanel>
    </>
  );
}

/** Only when there is something to choose. The latest one is not fixed: the next attempt takes its place. */
function AttemptChoice(props: { task: TaskDetail; chosen: number | undefined; onChoose: (attempt: number) => void }) {
  const { task, chosen } = props;
  const choiceId = useId();
  if (task.attempt < 2) {
    return null;
  }
  const numbers = Array.from({ length: task.attempt }, (_, index) => index + 1);
  return (
    <div className={classes.attempt}>
      <label htmlFor={choiceId} className={classes.attemptWord}>
        {taskText.attempt.label}
      </label>
      <select
        id={choiceId}
        value={chosen ?? task.attempt}
        onChange={(event) => props.onChoose(Number(event.currentTarget.value))}
      >
        {numbers.map((number) => (
          <option key={number} value={number}>
            {number === task.attempt ? taskText.attempt.latest(number) : number}
          </option>
        ))}
      </select>
    </div>
  );
}
