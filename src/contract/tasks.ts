import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { flag, wholeNumber } from "./fields.ts";
import { submission, taskEdit } from "./task-input.ts";
import { limitInForce, limits, retry, sandboxModes, terminalSize } from "./task-policy.ts";
import { outcomes, taskActions, taskStatuses } from "./task-states.ts";

/** Tasks: submit, list, look at, edit, kill, and the stream of their changes. */
const time = z.iso.datetime();

/** What an attempt used: all its processes together. Null: nothing measured it (it was too short, or may not be read). */
export const usage = z.object({
  /** Processor time, user and system together. */
  cpu_ms: z.int().nullable(),
  /** Largest resident memory seen. */
  max_rss_bytes: z.int().nullable(),
  /** Most processes seen at once. */
  max_processes: z.int().nullable(),
  /** Bytes read from and written to storage. */
  read_bytes: z.int().nullable(),
  write_bytes: z.int().nullable(),
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
  /** True when input can be sent to it while it runs. */
  takes_input: z.boolean(),
  /** Attempts its retry policy allows, the first one included; 1 without one. */
  max_attempts: z.int(),
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
  retry: retry.nullable(),
  limits: limits.nullable(),
  /** How the limits of the latest attempt are kept; empty before it started. */
  limits_in_force: z.array(limitInForce),
  sandbox: z.enum(sandboxModes),
  pty: terminalSize.nullable(),
  mark_stderr: z.boolean(),
  /** The only node that may run it; null for any. `node` is where it did. */
  requested_node: z.string().nullable(),
  /** What a node must have to run it. */
  labels: z.array(z.string()),
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
  /** How long it was suspended, all together. */
  suspended_ms: z.int(),
  suspended: z.boolean(),
  outcome: z.enum(outcomes).nullable(),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  reason: z.string().nullable(),
  limits_in_force: z.array(limitInForce),
  usage,
  output_bytes: z.int(),
  output_gap: gap.nullable(),
});

export type Usage = z.output<typeof usage>;
export type TaskSummary = z.output<typeof taskSummary>;
export type TaskDetail = z.output<typeof taskDetail>;
export type Attempt = z.output<typeof attempt>;

/** What `/taskapi/stream/` sends: one event per change of a task the caller may see. */
export const taskEventNames = ["created", "changed", "ended"] as const;
export type TaskEventName = (typeof taskEventNames)[number];

export const listLimit = { default: 100_000, maximum: 10_000 } as const;

/** Which tasks: what a list is asked for, and what a bulk action may be given instead of ids. */
export const taskFilterFields = {
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
  /** Ended at this time or later; `ended_before`: and before that. */
  ended_since: z.iso.datetime({ offset: true }).optional(),
  ended_before: z.iso.datetime({ offset: true }).optional(),
  /** The node that runs it, or ran it last. */
  node: z.string().optional(),
  outcome: z
    .string()
    .transform((value) => value.split(",").filter((word) => word !== ""))
    .pipe(z.array(z.enum(outcomes)))
    .optional(),
};

const taskFilter = z.object(taskFilterFields);
export type TaskFilterQuery = z.output<typeof taskFilter>;

const listQuery = z.object({
  ...taskFilterFields,
  ordering: z.enum(["id", "-id"]).default("id"),
  limit: wholeNumber(1, listLimit.maximum).optional(),
  cursor: wholeNumber(0).optional(),
  count: flag().optional(),
});

export type ListQuery = z.output<typeof listQuery>;

export const bulkActions = ["kill", "rerun", "suspend", "resume"] as const;
export type BulkAction = (typeof bulkActions)[number];
export const maxBulkTasks = 1000;

const bulkOrder = z
  .object({
    action: z.enum(bulkActions),
    ids: z.array(z.int().min(1)).min(1).max(maxBulkTasks).optional(),
    filter: taskFilter.optional(),
  })
  .refine((order) => (order.ids === undefined) !== (order.filter === undefined), {
    error: "Give one of ids and filter.",
  });
export type BulkOrder = z.output<typeof bulkOrder>;

/** What became of one of the tasks: the task (of a rerun: the new one), or why nothing was done to it. */
const bulkResult = z.object({
  id: z.int(),
  ok: z.boolean(),
  task: taskDetail.nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
});
export type BulkResult = z.output<typeof bulkResult>;

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
  bulkTasks: endpoint({
    ...shared,
    method: "POST",
    path: "/taskapi/tasks/bulk/",
    summary:
      "Do the same to many tasks, named by ids or by a filter: one answer for each, in their order. With an " +
      "Idempotency-Key header a repeated rerun submits nothing twice.",
    access: "create_tasks",
    body: bulkOrder,
    response: z.array(bulkResult),
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
