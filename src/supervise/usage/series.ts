import { mostPoints, type UsagePoint, type UsageSeries } from "./usage.ts";

/** Detail of a young series: a task of some seconds has a point for each look. */
const firstStepMs = 250;

export function newSeries(): UsageSeries {
  return { stepMs: firstStepMs, points: [] };
}

/** Where the next point begins. */
export function endOf(series: UsageSeries): number {
  return series.points.at(-1)?.atMs ?? 0;
}

/**
 * Adds what was measured since the series' end. When there are too many points, neighbours are merged, and the step
 * becomes the length the merged points have: half the places are free again, so a task of a month has as many points as
 * one of five minutes. Nothing is thrown away but detail in time.
 */
export function addPoint(series: UsageSeries, point: UsagePoint): void {
  const { points } = series;
  const last = points.at(-1);
  const begin = points.at(-2)?.atMs ?? 0;
  // What was and what was not looked at stay apart as long as there is room.
  const isOneKind = last !== undefined && last.gapMs === 0 && point.gapMs === 0;
  // Looks come a little late, so that the last one of a step may end behind it: half of it is enough.
  if (isOneKind && (last.atMs + point.atMs) / 2 - begin <= series.stepMs) {
    points[points.length - 1] = merge(last, point);
    return;
  }
  points.push(point);
  if (points.length > mostPoints) {
    halve(series);
  }
}

function halve(series: UsageSeries): void {
  const { points } = series;
  const lookedMs = endOf(series) - points.reduce((sum, { gapMs }) => sum + gapMs, 0);
  series.stepMs = Math.max(2 * series.stepMs, Math.ceil((2 * lookedMs) / points.length));
  series.points = points.flatMap((point, at) => {
    const next = points[at + 1];
    return at % 2 === 1 ? [] : [next === undefined ? point : merge(point, next)];
  });
}

function merge(a: UsagePoint, b: UsagePoint): UsagePoint {
  return {
    atMs: b.atMs,
    cpuMs: a.cpuMs + b.cpuMs,
    rssBytes: Math.max(a.rssBytes, b.rssBytes),
    processes: Math.max(a.processes, b.processes),
    readBytes: a.readBytes === null || b.readBytes === null ? null : a.readBytes + b.readBytes,
    writeBytes: a.writeBytes === null || b.writeBytes === null ? null : a.writeBytes + b.writeBytes,
    outputBytes: b.outputBytes,
    gapMs: a.gapMs + b.gapMs,
  };
}
