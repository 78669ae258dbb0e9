import type { StatisticsPart } from "../../contract/index.ts";
import { endCounts, endStatuses, sumOf, type TimeMark } from "../task/ended-parts.ts";
import { roundedUp } from "../ui/chart-scale.ts";
import { formatDuration } from "../ui/durations.ts";
import { scatterScale } from "../ui/scatter-scale.ts";
import { formatCount } from "../ui/sizes.ts";
import classes from "./ended-chart.module.css";

/** The part of a bar for one task among thousands is still seen. */
const leastPx = 2;

type PanelProps = { parts: readonly StatisticsPart[]; marks: readonly TimeMark[]; width: number; height: number };

/** How many ended, stacked by how. What failed is hatched, so that it is told apart without its colour. */
export function EndedBars({ parts, marks, width, height: panelHeight }: PanelProps) {
  const counts = parts.map((part) => endCounts([part]));
  const top = roundedUp(Math.max(0, ...counts.map(sumOf)));
  const partPx = width / Math.max(1, parts.length);
  const bars = counts.flatMap((one, index) => {
    let y = panelHeight;
    return endStatuses.map((status) => {
      const height = one[status] === 0 ? 0 : Math.max(leastPx, (one[status] / top) * panelHeight);
      y -= height;
      return { key: `${index} ${status}`, status, x: index * partPx, y, height };
    });
  });
  return (
    <div className={classes.panel}>
      <div className={classes.scale} aria-hidden="true">
        <span style={{ top: 0 }}>{formatCount(top)}</span>
        {top % 2 === 0 && <span style={{ top: panelHeight / 2 }}>{formatCount(top / 2)}</span>}
        <span style={{ top: panelHeight }}>0</span>
      </div>
      <svg aria-hidden="true" width={width} height={panelHeight} className={classes.bars}>
        <defs>
          <pattern id="failed-hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="4" height="4" className={classes.hatchGround} />
            <rect width="1.4" height="4" className={classes.hatchLine} />
          </pattern>
        </defs>
        <TimeLines marks={marks} partPx={partPx} height={panelHeight} />
        {top % 2 === 0 && <path className={classes.grid} d={`M0,${panelHeight / 2}H${width}`} />}
        {bars.map(
          ({ key, status, x, y, height }) =>
            height > 0 && (
              <rect
                key={key}
                data-status={status}
                x={x + 0.5}
                y={y}
                width={Math.max(1, partPx - 1.5)}
                height={height}
              />
            ),
        )}
      </svg>
    </div>
  );
}

/** How long they ran: half of them at most, and 95 of 100 at most, on a logarithmic scale. */
export function RunTimes({ parts, marks, width, height }: PanelProps) {
  const partPx = width / Math.max(1, parts.length);
  const runs = parts.flatMap(({ from, p50_ms: halfMs, p95_ms: mostMs }, index) =>
    halfMs === null || mostMs === null ? [] : [{ from, x: index * partPx + 0.5, halfMs, mostMs }],
  );
  const ends = runs.flatMap(({ halfMs, mostMs }) => [halfMs, mostMs].map((durationMs) => ({ atMs: 0, durationMs })));
  const scale = scatterScale(ends, { width, height });
  const length = Math.max(1, partPx - 1.5);
  return (
    <div className={classes.panel}>
      <div className={classes.scale} aria-hidden="true">
        {scale.marksMs.map((mark) => (
          <span key={mark} style={{ top: scale.y(mark) }}>
            {formatDuration(mark).replace(".0", "")}
          </span>
        ))}
      </div>
      <svg aria-hidden="true" width={width} height={height} className={classes.runs}>
        <TimeLines marks={marks} partPx={partPx} height={height} />
        {scale.marksMs.map((mark) => (
          <path key={mark} className={classes.grid} d={`M0,${scale.y(mark)}H${width}`} />
        ))}
        {runs.map(({ from, x, halfMs, mostMs }) => (
          <g key={from}>
            <rect
              className={classes.between}
              x={x}
              y={scale.y(mostMs)}
              width={length}
              height={Math.max(0, scale.y(halfMs) - scale.y(mostMs))}
            />
            <path className={classes.mostLine} d={`M${x},${scale.y(mostMs)}h${length}`} />
            <path className={classes.halfLine} d={`M${x},${scale.y(halfMs)}h${length}`} />
          </g>
        ))}
      </svg>
    </div>
  );
}

function TimeLines({ marks, partPx, height }: { marks: readonly TimeMark[]; partPx: number; height: number }) {
  return marks.map(({ index }) => <path key={index} className={classes.grid} d={`M${index * partPx},0V${height}`} />);
}
