import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { TaskSummary } from "../../contract/index.ts";
import { recentTasksAfter, wasOvertaken, withRecentChange } from "../live/recent-changes.ts";
import { todayStart } from "../task/moments.ts";
import { filterQuery, type TaskFilter } from "../task/task-filter.ts";
import { client, contract } from "./client.ts";

/** What the page asks about tasks. Lists come newest first, in pages. */
export type TaskPage = { tasks: TaskSummary[]; nextCursor: number | null };

/** What the screen shows comes at once; who scrolls on gets more at a time. */
const pageSizes = { first: 100, further: 500 } as const;

export const taskKeys = {
  all: ["tasks"] as const,
  lists: ["tasks", "list"] as const,
  list: (filter: TaskFilter) => ["tasks", "list", filter] as const,
  found: ["tasks", "found"] as const,
  counts: ["tasks", "counts"] as const,
  detail: (id: number) => ["tasks", "detail", id] as const,
  attempts: (id: number) => ["tasks", "attempts", id] as const,
  events: (id: number) => ["tasks", "events", id] as const,
  usage: (id: number) => ["tasks", "usage", id] as const,
  search: (id: number) => ["tasks", "search", id] as const,
  excerpt: (id: number) => ["tasks", "excerpt", id] as const,
  stderrMarks: (id: number) => ["tasks", "stderr-marks", id] as const,
  streamLines: (id: number) => ["tasks", "stream-lines", id] as const,
  processes: (id: number) => ["tasks", "processes", id] as const,
};

/** The filter's owner is the person at the page, or null for everybody, which only some may ask for. */
export function taskListQuery(filter: TaskFilter) {
  return infiniteQueryOptions({
    queryKey: taskKeys.list(filter),
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) => fetchPage(filter, pageParam, signal),
    getNextPageParam: (page) => page.nextCursor,
    // To compare a hundred thousand tasks field by field at every change takes longer than to show them.
    structuralSharing: false,
  });
}

async function fetchPage(filter: TaskFilter, cursor: number | null, signal: AbortSignal): Promise<TaskPage> {
  const query = {
    ...filterQuery(filter),
    ordering: "-id" as const,
    limit: cursor === null ? pageSizes.first : pageSizes.further,
    cursor: cursor ?? undefined,
  };
  const response = await client.fetch(contract.listTasks, { query }, { signal });
  const answered = ((await response.json()) as TaskSummary[]).map(withRecentChange);
  const tasks = cursor === null ? [...recentTasksAfter(answered[0]?.id ?? 0, filter), ...answered] : answered;
  return { tasks, nextCursor: nextCursor(response.headers.get("Link")) };
}

/** The cursor in `Link: <…?cursor=7>; rel="next"`; null on the last page. */
export function nextCursor(link: string | null): number | null {
  const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "");
  const address = next?.[1];
  if (address === undefined) {
    return null;
  }
  const cursor = new URL(address, "http://this-server").searchParams.get("cursor");
  return cursor === null ? null : Number(cursor);
}

/** How many tasks there are, run now, and ended as failed since midnight. */
export function taskCountsQuery(owner: string | null) {
  return queryOptions({
    queryKey: [...taskKeys.counts, owner],
    queryFn: async ({ signal }) => {
      const [total, running, failedToday] = await Promise.all([
        countTasks({}, owner, signal),
        countTasks({ status: "running" }, owner, signal),
        countTasks({ status: "failed", ended_since: todayStart() }, owner, signal),
      ]);
      return { total, running, failedToday };
    },
  });
}

async function countTasks(
  query: { status?: string; ended_since?: string },
  owner: string | null,
  signal: AbortSignal,
): Promise<number> {
  const call = { query: { ...query, limit: 1, count: "true" as const, owner: owner ?? "*" } };
  const response = await client.fetch(contract.listTasks, call, { signal });
  return Number(response.headers.get("X-Total-Count") ?? 0);
}

const mostFound = 8;

/** The newest tasks whose name, description or program has this text, or the one with this number. */
export function foundTasksQuery(q: string, owner: string | null) {
  return queryOptions({
    queryKey: [...taskKeys.found, q, owner],
    queryFn: ({ signal }) => {
      const query = { q, owner: owner === null ? "*" : undefined, ordering: "-id" as const, limit: mostFound };
      return client.call(contract.listTasks, { query }, { signal });
    },
  });
}

/** How long the latest tasks of a filter took. What the stream tells of them later is in the list. */
export function durationsQuery(filter: TaskFilter) {
  return queryOptions({
    queryKey: [...taskKeys.all, "durations", filter],
    queryFn: ({ signal }) => client.call(contract.listDurations, { query: filterQuery(filter) }, { signal }),
  });
}

/** How many tasks a filter names. */
export function filterCountQuery(filter: TaskFilter) {
  return queryOptions({
    queryKey: [...taskKeys.counts, "filter", filter],
    queryFn: async ({ signal }) => {
      const query = { ...filterQuery(filter), limit: 1, count: "true" as const };
      const response = await client.fetch(contract.listTasks, { query }, { signal });
      return Number(response.headers.get("X-Total-Count") ?? 0);
    },
  });
}

const lastLinesMs = 2000;

/** What running tasks wrote last, by id; looked at again and again while somebody looks at it. */
export function lastLinesQuery(ids: readonly number[]) {
  return queryOptions({
    queryKey: [...taskKeys.all, "last lines", ids.join(",")],
    queryFn: async ({ signal }) => {
      const lines = await client.call(contract.listLastLines, { query: { ids: ids.join(",") } }, { signal });
      return new Map(lines.map((line) => [line.id, line.text]));
    },
    enabled: ids.length > 0,
    refetchInterval: lastLinesMs,
    gcTime: lastLinesMs,
    structuralSharing: false,
  });
}

export function taskQuery(id: number) {
  return queryOptions({
    queryKey: taskKeys.detail(id),
    queryFn: async ({ signal }) => {
      const ask = () => client.call(contract.getTask, { params: { id } }, { signal });
      const answered = await ask();
      // An event overtook it on the way, and tells less than the whole task has.
      return withRecentChange(wasOvertaken(answered) ? await ask() : answered);
    },
  });
}

export function attemptsQuery(id: number) {
  return queryOptions({
    queryKey: taskKeys.attempts(id),
    queryFn: ({ signal }) => client.call(contract.listAttempts, { params: { id } }, { signal }),
  });
}

/** How long tasks like one usually run. Others end meanwhile, but not so many that it would matter. */
export function usualQuery(id: number) {
  return queryOptions({
    queryKey: [...taskKeys.all, "usual", id],
    queryFn: ({ signal }) => client.call(contract.getUsualDuration, { params: { id } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function eventsQuery(id: number) {
  return queryOptions({
    queryKey: taskKeys.events(id),
    queryFn: ({ signal }) => client.call(contract.listEvents, { params: { id } }, { signal }),
  });
}

/** What an attempt used over time. */
export function usageQuery(id: number, attempt: number) {
  return queryOptions({
    queryKey: [...taskKeys.usage(id), attempt],
    queryFn: ({ signal }) => client.call(contract.getUsage, { params: { id }, query: { attempt } }, { signal }),
  });
}

export function processesQuery(id: number) {
  return queryOptions({
    queryKey: taskKeys.processes(id),
    queryFn: ({ signal }) => client.call(contract.listProcesses, { params: { id } }, { signal }),
  });
}
