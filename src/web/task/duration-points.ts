import type { TaskDuration, TaskStatus, TaskSummary } from "../../contract/index.ts";
import { isOver } from "../../contract/index.ts";
import type { ScatterPoint } from "../ui/scatter-scale.ts";

export type DurationPoint = ScatterPoint & { id: number; name: string; status: TaskStatus; words: TaskDuration };

/** More than a screen shows need not be looked through for what is newer. */
const liveTasks = 1000;

/** The fetched points brought up to date by the tasks of the list, oldest first. */
export function pointsOf(fetched: readonly TaskDuration[], listed: readonly TaskSummary[]): TaskDuration[] {
  const byId = new Map(fetched.map((point) => [point.id, point]));
  const oldest = fetched.at(-1)?.id ?? 0;
  for (const task of listed.slice(0, liveTasks)) {
    if (task.id >= oldest) {
      byId.set(task.id, task);
    }
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/** Those that have started, where they belong in the chart. */
export function scatterPoints(tasks: readonly TaskDuration[]): DurationPoint[] {
  return tasks.flatMap((task) =>
    task.duration_ms === null
      ? []
      : [
          {
            ...{ atMs: Date.parse(task.created_at), durationMs: task.duration_ms },
            ...{ id: task.id, name: task.name, status: task.status, words: task },
          },
        ],
  );
}

/** The last ones that are over, oldest first. */
export function lastOutcomes(tasks: readonly TaskDuration[], count: number): TaskDuration[] {
  return count <= 0 ? [] : tasks.filter((task) => isOver(task.status)).slice(-count);
}

/** The duration that half of them stayed within, and the longest; null without points. */
export function spread(points: readonly DurationPoint[]): { halfMs: number; longestMs: number } | null {
  const sorted = points.map((point) => point.durationMs).sort((a, b) => a - b);
  const halfMs = sorted[Math.floor((sorted.length - 1) / 2)];
  const longestMs = sorted.at(-1);
  return halfMs === undefined || longestMs === undefined ? null : { halfMs, longestMs };
}
