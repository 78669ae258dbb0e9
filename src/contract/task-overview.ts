import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { wholeNumber } from "./fields.ts";
import { outcomes, taskStatuses } from "./task-states.ts";
import { taskFilterFields } from "./tasks.ts";

/** What a list shows beside its rows: how long its tasks took, and what those that run wrote last. */
export const durationsLimit = { default: 1000, maximum: 5000 } as const;
export const maxLastLines = 100;

/** A task as a point over time: when it was submitted, how long it ran, how it ended. */
export const taskDuration = z.object({
  id: z.int(),
  name: z.string(),
  status: z.enum(taskStatuses),
  outcome: z.enum(outcomes).nullable(),
  created_at: z.iso.datetime(),
  /** How long it ran, or has been running; null before it started. */
  duration_ms: z.int().nullable(),
});
export type TaskDuration = z.output<typeof taskDuration>;

/** How long earlier tasks of the same owner, name and program ran that completed. Null when there is none. */
export const usualDuration = z.object({
  /** How many; at most `usualTasks`. */
  count: z.int(),
  p50_ms: z.int().nullable(),
  p95_ms: z.int().nullable(),
});
export type UsualDuration = z.output<typeof usualDuration>;
export const usualTasks = 50;

export const lastLine = z.object({ id: z.int(), attempt: z.int(), text: z.string() });
export type LastLine = z.output<typeof lastLine>;

const digits = z
  .string()
  .regex(/^\d{1,15}$/, { error: "A valid integer is required." })
  .transform(Number);
const idList = z
  .string()
  .transform((text) => text.split(",").filter((word) => word !== ""))
  .pipe(z.array(digits).min(1).max(maxLastLines));

const look = { method: "GET", tag: "tasks", kind: "json", access: "view_tasks", status: 200 } as const;

export const taskOverviewEndpoints = {
  listDurations: endpoint({
    ...look,
    path: "/taskapi/tasks/durations/",
    summary: "How long the latest tasks of a filter ran and how they ended, newest first: the points of a chart.",
    query: z.object({
      ...taskFilterFields,
      limit: wholeNumber(1, durationsLimit.maximum).default(durationsLimit.default),
    }),
    response: z.array(taskDuration),
  }),
  getUsualDuration: endpoint({
    ...look,
    path: "/taskapi/tasks/:id/usual/",
    summary: `How long the latest ${usualTasks} tasks before it ran that were like it (owner, name and program; of a program, its first 1,000 characters) and completed.`,
    params: z.object({ id: wholeNumber(1) }),
    response: usualDuration,
  }),
  listLastLines: endpoint({
    ...look,
    path: "/taskapi/tasks/last-lines/",
    summary:
      `The line that running tasks wrote last; ids separated by commas, at most ${maxLastLines}. ` +
      "Left out: what does not run, wrote nothing, or writes on a machine whose files this server does not have.",
    query: z.object({ ids: idList }),
    response: z.array(lastLine),
  }),
};
