import { useMediaQuery } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import type { StatisticsPart, StatisticsSpan } from "../../contract/index.ts";
import { dashboardText } from "../dashboard-text.ts";
import { partWords } from "../task/ended-part-words.ts";
import { endCounts, sumOf, type TimeMark, timeMarks } from "../task/ended-parts.ts";
import type { TasksSearch } from "../task/filter-words.ts";
import { goAlong } from "../ui/go-along.ts";
import classes from "./ended-chart.module.css";
import { EndedBars, RunTimes } from "./ended-chart-panels.tsx";

const words = dashboardText.ended;
/** As wide as the style sheet has it. */
const scaleWidthPx = 52;

/** A time that is marked later than this in the chart would stick out of it. */
const lastWords = 0.95;

type EndedChartProps = {
  parts: readonly StatisticsPart[];
  span: StatisticsSpan;
  width: number;
  /** Hears at which part somebody points: where it begins, or null for none. */
  onPoint: (from: string | null) => void;
  searchOf: (part: StatisticsPart) => TasksSearch;
};

/**
 * How many tasks ended in each part of a span, above how long they ran. Each part in which something ended is one link
 * that stands over both drawings; Tab goes to one of them, the arrow keys on from there.
 */
export function EndedChart({ parts, span, width, onPoint, searchOf }: EndedChartProps) {
  const hintId = useId();
  const [reached, reach] = useState<string | null>(null);
  const isLarge = useMediaQuery("(min-width: 1440px) and (min-height: 880px)", undefined, {
    getInitialValueInEffect: false,
  });
  const plotWidth = Math.max(1, width - scaleWidthPx);
  const marks = timeMarks(parts, span);
  const filled = parts.flatMap((part, index) => (sumOf(endCounts([part])) > 0 ? [{ part, index }] : []));
  const isThere = filled.some(({ part }) => part.from === reached);
  const stop = isThere ? reached : filled.at(-1)?.part.from;
  const hasRoom = ({ index }: TimeMark) => index < parts.length * lastWords;
  const left = (index: number) => `${(index / parts.length) * 100}%`;
  return (
    <div className={classes.chart}>
      <p id={hintId} className="visually-hidden">
        {words.hint}
      </p>
      <EndedBars parts={parts} marks={marks} width={plotWidth} height={isLarge ? 240 : 168} />
      <p className={classes.caption} aria-hidden="true">
        {words.durations}:
        <span className={classes.key}>
          <span className={classes.half} />
          {words.half}
        </span>
        <span className={classes.key}>
          <span className={classes.most} />
          {words.most}
        </span>
      </p>
      <RunTimes parts={parts} marks={marks} width={plotWidth} height={isLarge ? 180 : 120} />
      <div className={classes.times} aria-hidden="true">
        {marks.filter(hasRoom).map(({ index, words: time }) => (
          <span key={index} style={{ left: left(index) }}>
            {time}
          </span>
        ))}
      </div>
      {filled.length === 0 && <p className={classes.nothing}>{words.nothing}</p>}
      {filled.length > 0 && (
        <ol
          className={classes.parts}
          aria-label={words.chart}
          aria-describedby={hintId}
          onMouseLeave={() => onPoint(null)}
        >
          {filled.map(({ part, index }) => (
            <li key={part.from} style={{ left: left(index), width: left(1) }}>
              <Link
                to="/tasks"
                search={searchOf(part)}
                preload={false}
                className={classes.part}
                aria-label={partWords(part, Date.now())}
                tabIndex={part.from === stop ? 0 : -1}
                onMouseEnter={() => onPoint(part.from)}
                onFocus={() => {
                  reach(part.from);
                  onPoint(part.from);
                }}
                onBlur={() => onPoint(null)}
                onKeyDown={goAlong}
              />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
