import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from "react";
import type { TaskDuration, TaskStatus } from "../../contract/index.ts";
import { historyText } from "../history-text.ts";
import type { DurationPoint } from "../task/duration-points.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { text } from "../text.ts";
import { formatClock, formatDuration } from "../ui/durations.ts";
import { pointAt, scatterScale } from "../ui/scatter-scale.ts";
import classes from "./duration-chart.module.css";

const words = historyText;
const scaleWidthPx = 52;
const heightPx = 96;
const reachPx = 16;
/** A shorter way of the pointer is a click. */
const dragPx = 6;
const drawn = ["running", "completed", "killed", "failed"] as const satisfies TaskStatus[];

type DurationChartProps = {
  points: readonly DurationPoint[];
  width: number;
  /** What it shows, in words. */
  label: string;
  isLoading: boolean;
  pointed: DurationPoint | null;
  onPoint: (point: DurationPoint | null) => void;
  describe: (task: TaskDuration) => string;
  onRange: (change: Pick<TaskFilter, "since" | "until"> | Partial<TaskFilter>) => void;
};

/**
 * How long tasks ran, over the time of their submission. Each status has a shape of its own; a click opens the task, a
 * drag shows only a part of the time. By keyboard the arrows go from task to task.
 */
export function DurationChart({ points, width, pointed, onPoint, onRange, ...props }: DurationChartProps) {
  const navigate = useNavigate();
  const hintId = useId();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const box = { width: Math.max(1, width - scaleWidthPx), height: heightPx };
  const scale = useMemo(() => scatterScale(points, { width: box.width, height: heightPx }), [points, box.width]);
  const isDragged = drag !== null && Math.abs(drag.to - drag.from) > dragPx;

  function open(point: DurationPoint) {
    void navigate({ to: "/tasks/$taskId", params: { taskId: String(point.id) } });
  }
  function placeOf(event: PointerEvent<SVGSVGElement>) {
    const bounds = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }
  function onPointerDown(event: PointerEvent<SVGSVGElement>) {
    const { x } = placeOf(event);
    setDrag({ from: x, to: x });
    event.currentTarget.setPointerCapture(event.pointerId);
  }
  function onPointerMove(event: PointerEvent<SVGSVGElement>) {
    const place = placeOf(event);
    setDrag((before) => before && { ...before, to: place.x });
    onPoint(pointAt(points, scale, place, reachPx));
  }
  function onPointerUp(event: PointerEvent<SVGSVGElement>) {
    const place = placeOf(event);
    const hit = pointAt(points, scale, place, reachPx);
    setDrag(null);
    if (drag !== null && isDragged) {
      const [from = 0, to = 0] = [drag.from, place.x].map(scale.momentAt).sort((a, b) => a - b);
      onRange({ since: instant(from), until: instant(to) });
      onPoint(null);
    } else if (drag !== null && hit !== null) {
      open(hit);
    }
  }
  function onKeyDown(event: KeyboardEvent) {
    const last = points.length - 1;
    const index = pointed === null ? -1 : points.findIndex((point) => point.id === pointed.id);
    const to = { ArrowLeft: index < 0 ? last : index - 1, ArrowRight: index + 1, Home: 0, End: last }[event.key];
    const here = points[index];
    if (to !== undefined) {
      onPoint(points[Math.min(Math.max(to, 0), last)] ?? null);
    } else if (event.key === "Enter" && here !== undefined) {
      open(here);
    } else if ((event.key === "[" || event.key === "]") && here !== undefined) {
      onRange(event.key === "[" ? { since: instant(here.atMs) } : { until: instant(here.atMs) });
    } else if (event.key === "Escape") {
      onPoint(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a figure takes no focus, and this is walked through by keyboard
    <div
      role="group"
      aria-label={props.label}
      aria-describedby={hintId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk through its points
      tabIndex={0}
      className={classes.chart}
      onKeyDown={onKeyDown}
      onBlur={() => onPoint(null)}
    >
      <p id={hintId} className="visually-hidden">
        {words.hint}
      </p>
      <output className="visually-hidden">{pointed === null ? "" : props.describe(pointed.words)}</output>
      <div className={classes.scale} aria-hidden="true">
        {scale.marksMs.map((mark, index) => (
          <span key={mark} hidden={isCrowded(index, scale.marksMs.length)} style={{ top: scale.y(mark) }}>
            {formatDuration(mark).replace(".0", "")}
          </span>
        ))}
      </div>
      <div className={classes.plot}>
        <svg
          aria-hidden="true"
          className={classes.drawing}
          width={box.width}
          height={heightPx}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={() => setDrag(null)}
          onPointerLeave={() => drag === null && onPoint(null)}
          data-open={pointed !== null || undefined}
        >
          {scale.marksMs.map((mark) => (
            <path key={mark} className={classes.grid} d={`M0,${scale.y(mark)}H${box.width}`} />
          ))}
          {drawn.map((status) => (
            <path key={status} className={classes.points} data-status={status} d={pathOf(points, status, scale)} />
          ))}
          {pointed !== null && (
            <circle className={classes.pointed} cx={scale.x(pointed.atMs)} cy={scale.y(pointed.durationMs)} r={7} />
          )}
          {isDragged && (
            <rect
              className={classes.range}
              x={Math.min(drag.from, drag.to)}
              y={0}
              width={Math.abs(drag.to - drag.from)}
              height={heightPx}
            />
          )}
        </svg>
        {points.length === 0 && (
          <p className={classes.empty}>{props.isLoading ? text.common.loading : words.nothing}</p>
        )}
        <div className={classes.times} aria-hidden="true">
          {points.length > 0 &&
            [scale.fromMs, (scale.fromMs + scale.toMs) / 2, scale.toMs].map((atMs) => (
              <span key={atMs}>{formatClock(instant(atMs), Date.now())}</span>
            ))}
        </div>
      </div>
    </div>
  );
}

/** All points of a status in one path: a thousand elements of their own would be slow. */
function pathOf(points: readonly DurationPoint[], status: TaskStatus, scale: ReturnType<typeof scatterScale>): string {
  return points
    .filter((point) => point.status === status)
    .map((point) => `M${scale.x(point.atMs)},${scale.y(point.durationMs)}${shapes[status]}`)
    .join("");
}

/** From the middle of the point: a ring, a dot, a square, a cross. */
const shapes: Readonly<Record<TaskStatus, string>> = {
  pending: "",
  running: "m-3.2,0a3.2,3.2 0 1 0 6.4,0a3.2,3.2 0 1 0 -6.4,0",
  completed: "m-2.2,0a2.2,2.2 0 1 0 4.4,0a2.2,2.2 0 1 0 -4.4,0",
  killed: "m-2.8,-2.8h5.6v5.6h-5.6z",
  failed: "m-3.2,-3.2l6.4,6.4m0,-6.4l-6.4,6.4",
};

/** There is room for a few marks: the ends, and every second one between. */
function isCrowded(index: number, count: number): boolean {
  return count > 5 && index % 2 === 1 && index !== count - 1;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
