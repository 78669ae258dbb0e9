/** Geometry of points over time with a logarithmic scale of durations, in a box of the drawing's own pixels. */
export type ScatterPoint = { atMs: number; durationMs: number };
export type ScatterBox = { width: number; height: number };
export type ScatterScale = {
  fromMs: number;
  toMs: number;
  /** Marks of the durations, lowest first: the scale reaches from the first to the last. */
  marksMs: number[];
  x(atMs: number): number;
  y(durationMs: number): number;
  /** The moment at a place. */
  momentAt(x: number): number;
};

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const roundMs = [10, 100, second, 10 * second, minute, 10 * minute, hour, 10 * hour, 4 * day, 40 * day, 400 * day];
/** Points at the edge are drawn whole. */
const marginPx = 6;

/** The scale that holds all the points. */
export function scatterScale(points: readonly ScatterPoint[], box: ScatterBox): ScatterScale {
  const moments = points.map((point) => point.atMs);
  const durations = points.map((point) => Math.max(point.durationMs, 1));
  const fromMs = reduced(moments, Math.min, 0);
  const toMs = Math.max(reduced(moments, Math.max, 0), fromMs + 1);
  const marksMs = marksAround(reduced(durations, Math.min, second), reduced(durations, Math.max, second));
  const low = Math.log10(marksMs[0] ?? 1);
  const high = Math.log10(marksMs.at(-1) ?? 10);
  const inner = { width: Math.max(1, box.width - 2 * marginPx), height: Math.max(1, box.height - 2 * marginPx) };
  return {
    fromMs,
    toMs,
    marksMs,
    x: (atMs) => round(marginPx + ((atMs - fromMs) / (toMs - fromMs)) * inner.width),
    y: (durationMs) => {
      const part = (Math.log10(Math.max(durationMs, 1)) - low) / (high - low);
      return round(marginPx + (1 - Math.min(1, Math.max(0, part))) * inner.height);
    },
    momentAt: (x) => {
      const part = Math.min(1, Math.max(0, (x - marginPx) / inner.width));
      return fromMs + part * (toMs - fromMs);
    },
  };
}

/** The round durations from the one below the shortest to the one above the longest: two at least. */
function marksAround(shortest: number, longest: number): number[] {
  const first = Math.max(
    0,
    roundMs.findLastIndex((mark) => mark <= shortest),
  );
  const above = roundMs.findIndex((mark) => mark >= longest);
  const last = above < 0 ? roundMs.length - 1 : above;
  return roundMs.slice(Math.min(first, roundMs.length - 2), Math.max(last, first + 1) + 1);
}

/** The nearest point within so many pixels; null when there is none. */
export function pointAt<Point extends ScatterPoint>(
  points: readonly Point[],
  scale: ScatterScale,
  place: { x: number; y: number },
  withinPx: number,
): Point | null {
  let nearest: Point | null = null;
  let nearestPx = withinPx;
  for (const point of points) {
    const distance = Math.hypot(scale.x(point.atMs) - place.x, scale.y(point.durationMs) - place.y);
    if (distance <= nearestPx) {
      nearest = point;
      nearestPx = distance;
    }
  }
  return nearest;
}

function reduced(numbers: readonly number[], pick: (a: number, b: number) => number, ifNone: number): number {
  return numbers.length === 0 ? ifNone : numbers.reduce((a, b) => pick(a, b));
}

function round(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}
