import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Account, Statistics } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { errorText } from "../api/error-text.ts";
import { statisticsQuery } from "../api/statistics-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { EmptyTasks } from "../components/empty-tasks.tsx";
import { EndedTasks } from "../components/ended-tasks.tsx";
import { NodeLoad } from "../components/node-load.tsx";
import { StatisticsFigures } from "../components/statistics-figures.tsx";
import { WaitingQueues } from "../components/waiting-queues.tsx";
import { dashboardText } from "../dashboard-text.ts";
import { type TasksSearch, writeAddress } from "../task/filter-words.ts";
import { noFilter, type TaskFilter } from "../task/task-filter.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import page from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";
import { ClockTime } from "../ui/times.tsx";
import { ToggleButton } from "../ui/toggle-button.tsx";
import classes from "./dashboard.module.css";

const route = getRouteApi("/app/dashboard");

/** What runs, what waits, what ended and how long it took; each figure leads to the tasks it counts. */
export function DashboardPage() {
  const me = useQuery(meQuery);
  return (
    <>
      <DocumentTitle page={text.nav.dashboard} />
      {me.data !== undefined && <Dashboard account={me.data} />}
      {me.data === undefined && <PageHeader title={text.nav.dashboard} />}
      {me.data === undefined && me.error !== null && (
        <ErrorNote message={errorText(me.error)} onRetry={() => void me.refetch()} />
      )}
    </>
  );
}

function Dashboard({ account }: { account: Account }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = account.username;
  const seesAll = account.permissions.includes("view_all_tasks");
  const owner = seesAll && search.owner === "all" ? null : me;
  const figures = useQuery({ ...statisticsQuery(owner, search.span ?? "day"), placeholderData: keepPreviousData });
  const { data, error } = figures;

  function show(change: typeof search) {
    void navigate({ search: { ...search, ...change }, replace: true });
  }
  const whose = (
    <fieldset className={classes.choice} aria-label={text.tasks.owner}>
      <ToggleButton isOn={owner === me} onClick={() => show({ owner: undefined })}>
        {text.tasks.mine}
      </ToggleButton>
      <ToggleButton isOn={owner === null} onClick={() => show({ owner: "all" })}>
        {text.tasks.everybody}
      </ToggleButton>
    </fieldset>
  );
  return (
    <>
      <PageHeader
        title={text.nav.dashboard}
        context={error !== null && data !== undefined ? <AsOf at={data.at} /> : undefined}
        actions={seesAll ? whose : undefined}
      />
      {data?.has_tasks === false && <EmptyTasks account={account} />}
      {data?.has_tasks !== false && (
        <div className={page.body} aria-busy={figures.isPlaceholderData || undefined}>
          {data === undefined && error !== null && (
            <ErrorNote message={errorText(error)} onRetry={() => void figures.refetch()} />
          )}
          {data === undefined && error === null && <p className={page.dim}>{text.common.loading}</p>}
          {data !== undefined && (
            <Figures
              data={data}
              isMine={owner === me}
              tasksBy={(change) => writeAddress({ ...noFilter, owner, ...change }, me)}
              onSpan={(span) => show({ span: span === "day" ? undefined : span })}
            />
          )}
        </div>
      )}
    </>
  );
}

type FiguresProps = {
  data: Statistics;
  isMine: boolean;
  /** The address of the tasks of a filter, of those that are counted here. */
  tasksBy: (change: Partial<TaskFilter>) => TasksSearch;
  onSpan: (span: Statistics["span"]) => void;
};

function Figures({ data, isMine, tasksBy, onSpan }: FiguresProps) {
  return (
    <>
      <StatisticsFigures data={data} tasksBy={tasksBy} />
      <div className={classes.columns}>
        <EndedTasks parts={data.parts} span={data.span} tasksBy={tasksBy} onSpan={onSpan} />
        <div className={classes.lists}>
          <WaitingQueues queues={data.pending} tasksBy={tasksBy} />
          <NodeLoad nodes={data.nodes} isMine={isMine} tasksBy={tasksBy} />
        </div>
      </div>
    </>
  );
}

/** Told only when the figures are old. */
function AsOf({ at }: { at: string }) {
  return (
    <span role="status">
      {dashboardText.asOf} <ClockTime at={at} />
    </span>
  );
}
