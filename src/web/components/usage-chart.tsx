import { type PointerEvent, useState } from "react";
import { taskText } from "../task-text.ts";
import { boxHeight, boxWidth, type ChartPoint, linePath, nearestPoint, unbrokenRuns } from "../ui/chart-scale.ts";
import { formatDuration } from "../ui/durations.ts";
import classes from "./usage-chart.module.css";

const words = taskText.usage;

type UsageChartProps = {
  title: string;
  points: readonly ChartPoint[];
  /** Where the time axis ends, the same for charts that stand above each other. */
  endMs: number;
  /** Where the scale ends. */
  top: number;
  format: (value: number) => string;
  /** Drawn as a line across when it lies within the scale. */
  limit?: number | null;
  /** True for averages of the time before each point. */
  isStepped: boolean;
};

/** A figure over time as one line, with its value wherever the pointer is. */
export function UsageChart({ title, points, endMs, top, format, limit = null, isStepped }: UsageChartProps) {
  const [pointedMs, point] = useState<number | null>(null);
  const lines = unbrokenRuns(points).map((run) => ({ run, path: linePath(run, { endMs, top }, isStepped) }));
  const most = format(Math.max(0, ...points.map((each) => each.value)));
  const read = pointedMs === null ? undefined : nearestPoint(points, pointedMs);
  const isLimitShown = limit !== null && limit <= top;
  function onPointerMove(event: PointerEvent<SVGSVGElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    point(((event.clientX - box.left) / box.width) * endMs);
  }
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <span>{read === undefined ? words.most(most) : words.at(format(read.value), formatDuration(read.atMs))}</span>
        {limit !== null && <span className={classes.limitWords}>{words.limit(format(limit))}</span>}
      </figcaption>
      <div className={classes.plot}>
        <div className={classes.scale} aria-hidden="true">
          <span>{format(top)}</span>
          <span>{format(0)}</span>
        </div>
        <svg
          role="img"
          aria-label={words.chartLabel(title, most, formatDuration(endMs))}
          className={classes.drawing}
          viewBox={`0 0 ${boxWidth} ${boxHeight}`}
          preserveAspectRatio="none"
          onPointerMove={onPointerMove}
          onPointerLeave={() => point(null)}
        >
          <path className={classes.grid} d={`M0,${boxHeight / 2}H${boxWidth}`} />
          {lines.map(({ run, path }) => (
            <g key={run[0]?.atMs}>
              <path className={classes.area} d={areaUnder(path, run, endMs, isStepped)} />
              <path className={classes.line} d={path} />
            </g>
          ))}
          {isLimitShown && (
            <path className={classes.limit} d={`M0,${boxHeight - (limit / top) * boxHeight}H${boxWidth}`} />
          )}
          {read !== undefined && (
            <path className={classes.pointer} d={`M${(read.atMs / Math.max(1, endMs)) * boxWidth},0V${boxHeight}`} />
          )}
        </svg>
      </div>
      <div className={classes.times} aria-hidden="true">
        <span>0</span>
        <span>{formatDuration(endMs / 2)}</span>
        <span>{formatDuration(endMs)}</span>
      </div>
    </figure>
  );
}

function areaUnder(line: string, points: readonly ChartPoint[], endMs: number, isStepped: boolean): string {
  const first = points[0];
  const start = first === undefined || isStepped ? 0 : (first.atMs / Math.max(1, endMs)) * boxWidth;
  return line === "" ? "" : `${line}V${boxHeight}H${start}Z`;
}
