import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { nodeStates } from "./nodes.ts";
import { outcomes, taskStatuses } from "./task-states.ts";

/** Figures about many tasks: what runs, what waits, what ended and how long it took, what the nodes have left. */
const time = z.iso.datetime();

/** How far back, in how many equal parts. */
export const statisticsSpans = {
  hour: { parts: 60, partMs: 60_000 },
  day: { parts: 48, partMs: 30 * 60_000 },
  week: { parts: 56, partMs: 3 * 3_600_000 },
} as const;
export type StatisticsSpan = keyof typeof statisticsSpans;
const spanNames = Object.keys(statisticsSpans) as StatisticsSpan[];

/** How far back the asker's day may have begun: with the longest days and clocks that are wrong, still today. */
export const longestDayMs = 48 * 3_600_000;

const count = z.int();

const endedPart = z.object({
  /** From this moment on, and before the other one. */
  from: time,
  before: time,
  /** What ended in it, by how. */
  ended: z.array(z.object({ status: z.enum(taskStatuses), outcome: z.enum(outcomes).nullable(), count })),
  /** How long half of them ran at most, and 95 of 100, to within 5 %. Null when none of them had started. */
  p50_ms: count.nullable(),
  p95_ms: count.nullable(),
});

export const statistics = z.object({
  /** When these figures were true. */
  at: time,
  /** False while there was never a task to count. */
  has_tasks: z.boolean(),
  running: count,
  pending: z.array(
    z.object({
      queue: z.string(),
      count,
      /** Of these, how many wait for their own start time, or that of their next attempt. */
      delayed: count,
      /** The first submitted of those that only wait for a slot, and since when it has been waiting. */
      oldest: z.object({ id: z.int(), since: time }).nullable(),
    }),
  ),
  /** What ended since the asker's day began. */
  today: z.object({ since: time, completed: count, failed: count, killed: count }),
  span: z.enum(spanNames),
  /** The parts of the span in order; the last one is not over yet. */
  parts: z.array(endedPart),
  nodes: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      state: z.enum(nodeStates),
      slots: count,
      /** Slots in use, by anybody's tasks. */
      used: count,
      /** How many of them by the tasks that are counted here. */
      running: count,
    }),
  ),
});
export type Statistics = z.output<typeof statistics>;
export type StatisticsPart = Statistics["parts"][number];

export const statisticsEndpoints = {
  getStatistics: endpoint({
    method: "GET",
    path: "/taskapi/stats/",
    summary:
      "What runs, what waits, what ended and how long it took, slots in use: of your tasks, or of all (owner=*).",
    tag: "tasks",
    access: "view_tasks",
    kind: "json",
    status: 200,
    query: z.object({
      /** A username, or `*` for everybody; only for those who may see all tasks. */
      owner: z.string().optional(),
      span: z.enum(spanNames).default("day"),
      /** When the asker's day began; without it, the day of UTC. The parts of a span are counted from there as well. */
      day_start: z.iso.datetime({ offset: true }).optional(),
    }),
    response: statistics,
  }),
};
