import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Account, TaskStatus } from "../../contract/index.ts";
import { taskStatuses } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { errorText } from "../api/error-text.ts";
import { taskCountsQuery } from "../api/task-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { TaskFilters } from "../components/task-filters.tsx";
import { TaskList } from "../components/task-list.tsx";
import type { TaskFilter } from "../task/list-arrangement.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { PlusIcon } from "../ui/icons.tsx";
import { PageHeader } from "../ui/page-header.tsx";

const route = getRouteApi("/app/tasks");

export function TasksPage() {
  const me = useQuery(meQuery);
  return (
    <>
      <DocumentTitle page={text.tasks.title} />
      {me.data !== undefined && <Tasks account={me.data} />}
      {me.data === undefined && <PageHeader title={text.tasks.title} />}
      {me.data === undefined && me.error !== null && (
        <ErrorNote message={errorText(me.error)} onRetry={() => void me.refetch()} />
      )}
    </>
  );
}

function Tasks({ account }: { account: Account }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const seesAll = account.permissions.includes("view_all_tasks");
  const owner = seesAll && search.owner === "all" ? null : account.username;
  const filter = useMemo<TaskFilter>(
    () => ({ statuses: readStatuses(search.status), search: search.q ?? "", owner }),
    [search.status, search.q, owner],
  );
  const counts = useQuery(taskCountsQuery(owner));

  function change(next: Partial<TaskFilter>) {
    const wanted = { ...filter, ...next };
    const status = wanted.statuses.length === 0 ? undefined : wanted.statuses.join(",");
    const everybody = wanted.owner === null ? ("all" as const) : undefined;
    void navigate({ search: { status, q: wanted.search || undefined, owner: everybody }, replace: true });
  }

  return (
    <>
      <PageHeader
        title={text.tasks.title}
        context={counts.data && text.tasks.counts(counts.data.total, counts.data.running, counts.data.failedToday)}
        actions={
          <Button
            size="compact-md"
            leftSection={<PlusIcon />}
            renderRoot={(props) => <Link to="/tasks/new" {...props} />}
          >
            {text.nav.newTask}
          </Button>
        }
      />
      <TaskFilters filter={filter} onChange={change} account={account} mayChooseOwner={seesAll} />
      <TaskList filter={filter} account={account} onClearFilter={() => change({ statuses: [], search: "" })} />
    </>
  );
}

function readStatuses(list: string | undefined): TaskStatus[] {
  const words = (list ?? "").split(",");
  return taskStatuses.filter((status) => words.includes(status));
}
