/** Geometry of a chart over time: where its scale ends, and the line through its points, in a box of 1000 by 100. */
export const boxWidth = 1000;
export const boxHeight = 100;

/** `isAfterGap`: nobody looked between the point before and this one. */
export type ChartPoint = { atMs: number; value: number; isAfterGap?: boolean };

const decimalSteps = [1, 2, 5, 10] as const;
const binaryStep = 1024;

/** The round number at or above the value, where the scale ends: 1, 2 or 5 times a power of ten. Never 0. */
export function roundedUp(value: number): number {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  const step = decimalSteps.find((factor) => factor * power >= value * (1 - Number.EPSILON)) ?? 10;
  return step * power;
}

/** The same for bytes: a power of two times a unit. */
export function roundedUpBytes(bytes: number): number {
  let end = binaryStep;
  while (end < bytes) {
    end *= 2;
  }
  return end;
}

/** A line through the points; with `isStepped`, one that stays level up to each point, for averages of the time before. */
export function linePath(
  points: readonly ChartPoint[],
  scale: { endMs: number; top: number },
  isStepped: boolean,
): string {
  const x = (atMs: number) => round((atMs / Math.max(1, scale.endMs)) * boxWidth);
  const y = (value: number) => round(boxHeight - (Math.min(value, scale.top) / scale.top) * boxHeight);
  let path = "";
  for (const { atMs, value } of points) {
    if (path === "") {
      path = isStepped ? `M0,${y(value)}H${x(atMs)}` : `M${x(atMs)},${y(value)}`;
    } else {
      path += isStepped ? `V${y(value)}H${x(atMs)}` : `L${x(atMs)},${y(value)}`;
    }
  }
  return path;
}

/** The points cut where nobody looked, so that no line is drawn over what is not known. */
export function unbrokenRuns(points: readonly ChartPoint[]): ChartPoint[][] {
  const runs: ChartPoint[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    if (run === undefined || point.isAfterGap) {
      runs.push([point]);
    } else {
      run.push(point);
    }
  }
  return runs;
}

/** The point nearest to a moment; undefined when there is none. */
export function nearestPoint(points: readonly ChartPoint[], atMs: number): ChartPoint | undefined {
  let nearest = points[0];
  for (const point of points) {
    if (nearest !== undefined && Math.abs(point.atMs - atMs) < Math.abs(nearest.atMs - atMs)) {
      nearest = point;
    }
  }
  return nearest;
}

function round(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}
