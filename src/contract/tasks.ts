import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { flag, wholeNumber } from "./fields.ts";
import { submission, taskEdit } from "./task-input.ts";
import { outcomes, taskActions, taskStatuses } from "./task-states.ts";

/** Tasks: submit, list, look at, edit, kill, and the stream of their changes. */
const time = z.iso.datetime();

export const usage = z.object({
  /** Processor time of all waited-for processes, user and system together. */
  cpu_ms: z.int().nullable(),
  /** Largest resident set seen; null where nothing measured it. */
  max_rss_bytes: z.int().nullable(),
});

/** Bytes removed from the middle by the output cap: first and last offset, both included. */
export const gap = z.object({ first: z.int(), last: z.int() });

/** A task as it stands in a list. */
export const taskSummary = z.object({
  id: z.int(),
  name: z.string(),
  status: z.enum(taskStatuses),
  description: z.string(),
  created_at: time,
  updated_at: time,
  completed_at: time.nullable(),
  started_at: time.nullable(),
  /** How long it ran; grows while it runs only by asking again. Null before it started. */
  duration_ms: z.int().nullable(),
  owner: z.string(),
  /** The program on one line, as one would type it, cut at 300 characters. */
  command_line: z.string(),
  queue: z.string(),
  priority: z.int(),
  tags: z.array(z.string()),
  attempt: z.int(),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  outcome: z.enum(outcomes).nullable(),
  /** A sentence: why it is pending, what is being done to it, or how it ended. Null while it simply runs. */
  reason: z.string().nullable(),
  progress: z.number().nullable(),
  node: z.string().nullable(),
  output_bytes: z.int(),
  suspended: z.boolean(),
  actions: z.array(z.enum(taskActions)),
});

/** A task with everything it was given. */
export const taskDetail = taskSummary.extend({
  command: z.string().nullable(),
  argv: z.array(z.string()).nullable(),
  script: z.object({ body: z.string(), interpreter: z.string().nullable() }).nullable(),
  cwd: z.string().nullable(),
  env: z.record(z.string(), z.string()),
  stdin_bytes: z.int(),
  run_at: time.nullable(),
  timeout_seconds: z.number().nullable(),
  kill_grace_seconds: z.number(),
  usage,
});

export const attempt = z.object({
  number: z.int(),
  node: z.string(),
  pid: z.int().nullable(),
  created_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  duration_ms: z.int().nullable(),
  outcome: z.enum(outcomes).nullable(),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  reason: z.string().nullable(),
  usage,
  output_bytes: z.int(),
  output_gap: gap.nullable(),
});

export type TaskSummary = z.output<typeof taskSummary>;
export type TaskDetail = z.output<typeof taskDetail>;
export type Attempt = z.output<typeof attempt>;

/** What `/taskapi/stream/` sends: one event per change of a task the caller may see. */
export const taskEventNames = ["created", "changed", "ended"] as const;
export type TaskEventName = (typeof taskEventNames)[number];

export const listLimit = { default: 100_000, maximum: 10_000 } as const;

const listQuery = z.object({
  status: z
    .string()
    .transform((value) => value.split(",").filter((word) => word !== ""))
    .pipe(z.array(z.enum(taskStatuses)))
    .optional(),
  queue: z.string().optional(),
  tag: z.string().optional(),
  /** A username, or `*` for everybody; only for those who may see all tasks. */
  owner: z.string().optional(),
  q: z.string().max(500).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  ordering: z.enum(["id", "-id"]).default("id"),
  limit: wholeNumber(1, listLimit.maximum).optional(),
  cursor: wholeNumber(0).optional(),
  count: flag().optional(),
});

export type ListQuery = z.output<typeof listQuery>;

export const signalNames = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL"] as const;
export type KillSignal = (typeof signalNames)[number];

export const killOrder = z.object({
  /** The first signal; what is left after the grace gets SIGKILL. `TERM` and `SIGTERM` are the same. */
  signal: z
    .string()
    .transform((value) => (value.toUpperCase().startsWith("SIG") ? value.toUpperCase() : `SIG${value.toUpperCase()}`))
    .pipe(z.enum(signalNames))
    .default("SIGTERM"),
  grace_seconds: z.number().min(0).max(86_400).nullish(),
});

const byId = z.object({ id: wholeNumber(1) });
const shared = { tag: "tasks", kind: "json", status: 200 } as const;

export const taskEndpoints = {
  listTasks: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/tasks/",
    summary: "Your tasks, an array. With limit, the next page is in the Link header.",
    access: "view_tasks",
    query: listQuery,
    response: z.array(taskSummary),
  }),
  createTask: endpoint({
    ...shared,
    method: "POST",
    path: "/taskapi/tasks/",
    summary: "Submit a task. With an Idempotency-Key header, asking again answers with the first one.",
    access: "create_tasks",
    status: 201,
    body: submission,
    response: taskDetail,
  }),
  getTask: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/tasks/:id/",
    summary: "One task with everything it was given.",
    access: "view_tasks",
    params: byId,
    response: taskDetail,
  }),
  replaceTask: endpoint({
    ...shared,
    method: "PUT",
    path: "/taskapi/tasks/:id/",
    summary: "Change name and description.",
    access: "create_tasks",
    params: byId,
    body: taskEdit,
    response: taskDetail,
  }),
  updateTask: endpoint({
    ...shared,
    method: "PATCH",
    path: "/taskapi/tasks/:id/",
    summary: "Change name or description.",
    access: "create_tasks",
    params: byId,
    body: taskEdit.partial(),
    response: taskDetail,
  }),
  deleteTask: endpoint({
    ...shared,
    method: "DELETE",
    path: "/taskapi/tasks/:id/",
    summary: "Kill the task and answer when its processes are gone (202 if they are not yet).",
    access: "create_tasks",
    params: byId,
    response: z.object({ detail: z.string() }),
  }),
  killTask: endpoint({
    ...shared,
    method: "POST",
    path: "/taskapi/tasks/:id/kill/",
    summary:
      "Signal all processes of the task; what is left after the grace gets SIGKILL. Asked again, it goes faster.",
    access: "create_tasks",
    status: 202,
    params: byId,
    body: killOrder,
    response: taskDetail,
  }),
  listAttempts: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/tasks/:id/attempts/",
    summary: "Every attempt of the task: node, pid, times, outcome, usage.",
    access: "view_tasks",
    params: byId,
    response: z.array(attempt),
  }),
  streamTasks: endpoint({
    ...shared,
    method: "GET",
    path: "/taskapi/stream/",
    summary: "Server-sent events `created`, `changed` and `ended` of every task you may see, each with the task.",
    access: "view_tasks",
    kind: "events",
    query: z.object({ owner: z.string().optional() }),
    response: taskSummary,
  }),
};
