import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Account } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { errorText } from "../api/error-text.ts";
import { taskCountsQuery } from "../api/task-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { TaskFilters } from "../components/task-filters.tsx";
import { TaskList } from "../components/task-list.tsx";
import { readAddress, writeAddress } from "../task/filter-words.ts";
import { noFilter, type TaskFilter } from "../task/task-filter.ts";
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
  const me = account.username;
  const seesAll = account.permissions.includes("view_all_tasks");
  const { filter, problems } = useMemo(() => {
    const { owner, ...rest } = search;
    return readAddress(seesAll ? { ...rest, owner } : rest, { ...noFilter, owner: me }, me);
  }, [search, seesAll, me]);
  const counts = useQuery(taskCountsQuery(filter.owner));

  function change(next: Partial<TaskFilter>) {
    void navigate({ search: writeAddress({ ...filter, ...next }, me), replace: true });
  }

  return (
    <>
      <PageHeader
        title={text.tasks.title}
        context={counts.data && <Counts {...counts.data} ownerWord={writeAddress(filter, me).owner} />}
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
      <TaskFilters filter={filter} problems={problems} onChange={change} account={account} mayChooseOwner={seesAll} />
      <TaskList filter={filter} account={account} onChangeFilter={change} />
    </>
  );
}

type CountsProps = { total: number; running: number; failedToday: number; ownerWord: string | undefined };

/** How many there are, each with the way to them. */
function Counts({ total, running, failedToday, ownerWord: owner }: CountsProps) {
  return (
    <>
      {text.tasks.total(total)} ·{" "}
      <Link to="/tasks" search={{ owner, status: "running" }}>
        {text.tasks.running(running)}
      </Link>{" "}
      ·{" "}
      <Link to="/tasks" search={{ owner, status: "failed", ended_since: "today" }}>
        {text.tasks.failedToday(failedToday)}
      </Link>
    </>
  );
}
