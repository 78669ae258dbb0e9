import type { Outcome, TaskStatus, TaskSummary } from "../../contract/index.ts";
import { momentMs } from "./moments.ts";

/** Which tasks a list shows. The address holds it; an empty text or list asks for nothing. */
export type TaskFilter = {
  statuses: readonly TaskStatus[];
  outcomes: readonly Outcome[];
  /** Part of name, description or program. */
  search: string;
  tag: string;
  queue: string;
  node: string;
  /** By the time of submission, as moments.ts reads them. */
  since: string;
  until: string;
  /** By when they ended: from this moment on, and before the other one. */
  endedSince: string;
  endedBefore: string;
  /** A username, or null for everybody's. */
  owner: string | null;
};

export const noFilter: Omit<TaskFilter, "owner"> = {
  statuses: [],
  outcomes: [],
  search: "",
  tag: "",
  queue: "",
  node: "",
  since: "",
  until: "",
  endedSince: "",
  endedBefore: "",
};

/** Whether it leaves out anything but other people's tasks. */
export function isNarrowed(filter: TaskFilter): boolean {
  const { owner: _, ...rest } = filter;
  return Object.values(rest).some((value) => value.length > 0);
}

/** What the API and the address write alike; nothing of what asks for nothing. */
export function filterFields(filter: TaskFilter) {
  return {
    status: filter.statuses.join(",") || undefined,
    outcome: filter.outcomes.join(",") || undefined,
    tag: filter.tag || undefined,
    queue: filter.queue || undefined,
    node: filter.node || undefined,
  };
}

/** As the API takes it. What lies some time ago is counted from now. */
export function filterQuery(filter: TaskFilter, nowMs: number = Date.now()) {
  return {
    ...filterFields(filter),
    q: filter.search || undefined,
    since: instant(momentMs(filter.since, "start", nowMs)),
    until: instant(momentMs(filter.until, "end", nowMs)),
    ended_since: instant(momentMs(filter.endedSince, "start", nowMs)),
    ended_before: instant(momentMs(filter.endedBefore, "start", nowMs)),
    owner: filter.owner ?? "*",
  };
}

function instant(ms: number | null): string | undefined {
  return ms === null ? undefined : new Date(ms).toISOString();
}

/** Whether a task heard of in the stream belongs into the list of this filter. */
export function matchesFilter(task: TaskSummary, filter: TaskFilter, nowMs: number = Date.now()): boolean {
  return matchesExactly(task, filter) && hasText(task, filter.search) && isWithin(task, filter, nowMs);
}

/** The same without text and time: whether one that the server listed still belongs there after it changed. */
export function matchesExactly(task: TaskSummary, filter: TaskFilter): boolean {
  const { statuses, outcomes } = filter;
  const hasStatus = statuses.length === 0 || statuses.includes(task.status);
  const hasOutcome = outcomes.length === 0 || (task.outcome !== null && outcomes.includes(task.outcome));
  const hasOwner = filter.owner === null || task.owner === filter.owner;
  const isPlaced =
    (filter.queue === "" || task.queue === filter.queue) && (filter.node === "" || task.node === filter.node);
  return hasStatus && hasOutcome && hasOwner && isPlaced && (filter.tag === "" || task.tags.includes(filter.tag));
}

function hasText(task: TaskSummary, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const places = [task.name, task.description, task.command_line];
  return wanted === "" || places.some((place) => place.toLowerCase().includes(wanted));
}

function isWithin(task: TaskSummary, filter: TaskFilter, nowMs: number): boolean {
  const atMs = Date.parse(task.created_at);
  const startMs = momentMs(filter.since, "start", nowMs);
  const endMs = momentMs(filter.until, "end", nowMs);
  const isSubmittedThen = (startMs === null || atMs >= startMs) && (endMs === null || atMs <= endMs);
  return isSubmittedThen && hasEndedWithin(task, filter, nowMs);
}

/** What goes on has ended neither since a moment nor before one. */
function hasEndedWithin({ completed_at }: TaskSummary, filter: TaskFilter, nowMs: number): boolean {
  const startMs = momentMs(filter.endedSince, "start", nowMs);
  const beforeMs = momentMs(filter.endedBefore, "start", nowMs);
  const atMs = completed_at === null ? Number.NaN : Date.parse(completed_at);
  return (startMs === null || atMs >= startMs) && (beforeMs === null || atMs < beforeMs);
}
