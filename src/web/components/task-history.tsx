import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { TaskDuration, TaskSummary } from "../../contract/index.ts";
import { durationsLimit, taskStatuses } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { durationsQuery } from "../api/task-queries.ts";
import { historyText } from "../history-text.ts";
import { type DurationPoint, lastOutcomes, pointsOf, scatterPoints, spread } from "../task/duration-points.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { text } from "../text.ts";
import { formatClock, formatDuration } from "../ui/durations.ts";
import { DownIcon, UpIcon } from "../ui/icons.tsx";
import { formatCount } from "../ui/sizes.ts";
import { DurationChart } from "./duration-chart.tsx";
import { OutcomeStrip } from "./outcome-strip.tsx";
import classes from "./task-history.module.css";

const words = historyText;
const outcomeWidthPx = 18;
const mostOutcomes = 60;
/** What stays for the words beside the strip. */
const wordsWidthPx = 440;

type TaskHistoryProps = {
  filter: TaskFilter;
  tasks: readonly TaskSummary[];
  isOpen: boolean;
  onToggle: () => void;
  onChangeFilter: (change: Partial<TaskFilter>) => void;
};

/** How the tasks of the list went: the last outcomes, and how long each ran, over time. */
export function TaskHistory({ filter, tasks, isOpen, onToggle, onChangeFilter }: TaskHistoryProps) {
  const durations = useQuery({ ...durationsQuery(filter), placeholderData: (before) => before });
  const { ref, width } = useElementSize();
  const [pointed, point] = useState<DurationPoint | null>(null);
  const all = useMemo(() => pointsOf(durations.data ?? [], tasks), [durations.data, tasks]);
  const points = useMemo(() => scatterPoints(all), [all]);
  const isNarrow = width < 600;
  const room = isNarrow ? width - 120 : width - wordsWidthPx;
  const outcomes = lastOutcomes(all, Math.min(mostOutcomes, Math.floor(room / outcomeWidthPx)));
  const readout = pointed === null ? summaryOf(all, points) : pointWords(pointed.words);
  return (
    <section aria-label={words.label} className={classes.history}>
      <div ref={ref} className={classes.line}>
        <OutcomeStrip outcomes={outcomes} describe={pointWords} />
        <span className={classes.readout} data-narrow={isNarrow || undefined} title={readout}>
          {durations.error === null ? readout : errorText(durations.error)}
        </span>
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={isOpen}
          title={words.showTitle}
          onClick={onToggle}
        >
          {words.show}
          {isOpen ? <UpIcon /> : <DownIcon />}
        </button>
      </div>
      {isOpen && (
        <DurationChart
          points={points}
          width={Math.max(0, width)}
          label={`${words.chart}: ${summaryOf(all, points)}. ${countWords(points)}.`}
          isLoading={durations.isPending}
          pointed={pointed}
          onPoint={point}
          describe={pointWords}
          onRange={onChangeFilter}
        />
      )}
    </section>
  );
}

/** What the chart says at a glance. */
function summaryOf(all: readonly TaskDuration[], points: readonly DurationPoint[]): string {
  const found = spread(points);
  if (found === null) {
    return all.length === 0 ? "" : words.nothing;
  }
  const { halfMs, longestMs } = found;
  const summary = words.summary(points.length, formatDuration(halfMs), formatDuration(longestMs));
  return all.length >= durationsLimit.default ? words.latest(summary) : summary;
}

function countWords(points: readonly DurationPoint[]): string {
  const counts = taskStatuses.flatMap((status) => {
    const count = points.filter((one) => one.status === status).length;
    return count === 0 ? [] : [`${formatCount(count)} ${text.statuses[status]}`];
  });
  return counts.join(", ");
}

/** `#12 nightly backup · failed · 2 min 11 s · 14:03:05` */
function pointWords(task: TaskDuration): string {
  const isPlain = task.outcome === null || task.outcome === "exited" || task.outcome === "killed";
  const ending = isPlain ? text.statuses[task.status] : text.outcomes[task.outcome ?? "unknown"];
  const ran = task.duration_ms === null ? [] : [formatDuration(task.duration_ms)];
  return [words.point(task.id, task.name), ending, ...ran, formatClock(task.created_at, Date.now())].join(" · ");
}
