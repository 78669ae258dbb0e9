import { useElementSize } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type StatisticsPart, type StatisticsSpan, statisticsSpans } from "../../contract/index.ts";
import { dashboardText } from "../dashboard-text.ts";
import { partWords } from "../task/ended-part-words.ts";
import { endCounts, endStatuses } from "../task/ended-parts.ts";
import type { TasksSearch } from "../task/filter-words.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { text } from "../text.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { EndedChart } from "./ended-chart.tsx";
import classes from "./ended-tasks.module.css";
import { StatusIcon } from "./status-badge.tsx";

const words = dashboardText.ended;
const spans = Object.keys(statisticsSpans) as StatisticsSpan[];

type EndedTasksProps = {
  parts: readonly StatisticsPart[];
  span: StatisticsSpan;
  tasksBy: (change: Partial<TaskFilter>) => TasksSearch;
  onSpan: (span: StatisticsSpan) => void;
};

/** What ended in a span of time and how long it ran: in all, and part by part. */
export function EndedTasks({ parts, span, tasksBy, onSpan }: EndedTasksProps) {
  const { ref, width } = useElementSize();
  const [pointed, point] = useState<string | null>(null);
  const pointedPart = parts.find(({ from }) => from === pointed);
  const counts = endCounts(parts);
  const whole = { endedSince: parts[0]?.from ?? "", endedBefore: parts.at(-1)?.before ?? "" };
  return (
    <section aria-labelledby="ended" className={classes.section}>
      <div className={classes.head}>
        <h2 id="ended" className={classes.title}>
          {words.title}
        </h2>
        <ul className={classes.legend}>
          {endStatuses.toReversed().map((status) => (
            <li key={status}>
              <Link to="/tasks" search={tasksBy({ statuses: [status], ...whole })} className={classes.count}>
                <span className={classes.sign} data-status={status}>
                  <StatusIcon status={status} />
                </span>
                {words.count(counts[status], text.statuses[status])}
              </Link>
            </li>
          ))}
        </ul>
        <fieldset className={classes.spans} aria-label={words.span}>
          {spans.map((name) => (
            <ToggleButton key={name} isOn={name === span} onClick={() => onSpan(name)}>
              {words.spans[name]}
            </ToggleButton>
          ))}
        </fieldset>
      </div>
      <p className={classes.readout}>{pointedPart === undefined ? "" : partWords(pointedPart, Date.now())}</p>
      <div ref={ref}>
        <EndedChart
          parts={parts}
          span={span}
          width={width}
          onPoint={point}
          searchOf={({ from, before }) => tasksBy({ endedSince: from, endedBefore: before })}
        />
      </div>
    </section>
  );
}
