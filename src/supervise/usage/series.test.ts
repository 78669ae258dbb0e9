import { expect, it } from "vitest";
import { decodeUsage, encodeUsage } from "./encoding.ts";
import { addPoint, endOf, newSeries } from "./series.ts";
import { mostPoints, type Usage, type UsagePoint, type UsageSeries } from "./usage.ts";

function point(atMs: number, more: Partial<UsagePoint> = {}): UsagePoint {
  const counted = { cpuMs: 3, readBytes: 1024, writeBytes: 2048, outputBytes: null };
  return { atMs, ...counted, rssBytes: 4096, processes: 2, gapMs: 0, ...more };
}

/** Looks a second apart, each a little late. */
function looksOf(series: UsageSeries, count: number, more: (at: number) => Partial<UsagePoint> = () => ({})): void {
  const first = endOf(series);
  for (let at = 1; at <= count; at += 1) {
    addPoint(series, point(first + at * 1000 + (at % 7), more(at)));
  }
}

function usageOf(series: UsageSeries): Usage {
  const past = { cpuMs: 12, readBytes: 1, writeBytes: 2 };
  const totals = { cpuMs: 1234, maxRssBytes: 5_000_000, maxProcesses: 7, readBytes: null, writeBytes: 4097 };
  return { ...totals, peakCgroupMemoryBytes: null, looks: 99, series, past };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

it("a short task has a point for each look", () => {
  const series = newSeries();
  addPoint(series, point(75));
  looksOf(series, 3);
  expect(series.points.map(({ atMs }) => atMs)).toEqual([75, 1076, 2077, 3078]);
});

it("looks closer together than a step become one point with the sum and the largest of both", () => {
  const series = newSeries();
  addPoint(series, point(75, { rssBytes: 8192, outputBytes: 10 }));
  addPoint(series, point(230, { processes: 5, writeBytes: null, outputBytes: 300 }));
  const counted = { cpuMs: 6, readBytes: 2048, writeBytes: null, outputBytes: 300 };
  expect(series.points).toEqual([{ atMs: 230, ...counted, rssBytes: 8192, processes: 5, gapMs: 0 }]);
});

it.each([241, 1000, 86_400, 31 * 86_400])(
  "%i looks give a series that fits, of points as long as each other",
  (count) => {
    const series = newSeries();
    looksOf(series, count, (at) => ({ rssBytes: at === 100 ? 1_000_000 : 4096 }));
    const { points } = series;
    expect(points.length).toBeLessThanOrEqual(mostPoints);
    expect(points.length).toBeGreaterThan(mostPoints / 2 - 2);
    expect(sum(points.map(({ cpuMs }) => cpuMs))).toBe(3 * count);
    expect(sum(points.map(({ readBytes }) => readBytes ?? 0))).toBe(1024 * count);
    expect(Math.max(...points.map(({ rssBytes }) => rssBytes))).toBe(1_000_000);
    const lengths = points.map(({ atMs }, at) => atMs - (points[at - 1]?.atMs ?? 0)).slice(0, -1);
    expect(Math.max(...lengths)).toBeLessThan(2.6 * Math.min(...lengths));
  },
);

it("a gap is a point of its own, and does not make what follows coarse", () => {
  const series = newSeries();
  looksOf(series, 100);
  addPoint(series, point(10 * 86_400_000, { gapMs: 10 * 86_400_000 - 100_000 }));
  looksOf(series, 1);
  expect(series.points.length).toBe(102);
  expect(series.points.filter(({ gapMs }) => gapMs > 0)).toEqual([series.points[100]]);
  looksOf(series, 1000);
  expect(sum(series.points.map(({ gapMs }) => gapMs))).toBe(10 * 86_400_000 - 100_000);
  expect(series.points.length).toBeGreaterThan(100);
});

it("what is stored comes back the same", () => {
  const series = newSeries();
  looksOf(series, 150, (at) => ({
    readBytes: at % 3 === 0 ? null : 5120,
    outputBytes: at % 50 === 0 ? null : at * at,
    gapMs: at === 20 ? 900 : 0,
  }));
  const usage = usageOf(series);
  expect(decodeUsage(encodeUsage(usage))).toEqual(usage);
  expect(decodeUsage(encodeUsage(usageOf(newSeries())))).toEqual(usageOf(newSeries()));
});

it("what an earlier version stored has no sizes of the output", () => {
  const series = newSeries();
  looksOf(series, 3, (at) => ({ outputBytes: at }));
  const stored = JSON.parse(encodeUsage(usageOf(series)));
  delete stored.series.out;
  const points = decodeUsage(JSON.stringify(stored))?.series.points;
  expect(points?.map(({ outputBytes }) => outputBytes)).toEqual([null, null, null]);
});

it.each(["", "null", "[]", "{}", '{"v":2,"series":{}}', "{"])(
  "what is no usage of this version is none: %s",
  (text) => {
    expect(decodeUsage(text)).toBeNull();
  },
);

it("fits its place in the record also after a month of heavy work", () => {
  const series = newSeries();
  looksOf(series, 31 * 86_400, (at) => ({
    cpuMs: 7800 + (at % 101),
    rssBytes: 60_000_000_000 + at * 4096,
    processes: 300 + (at % 17),
    readBytes: 1024 * (90_000 + (at % 997)),
    writeBytes: 1024 * (40_000 + (at % 991)),
    outputBytes: 1_000_000 * at,
  }));
  expect(encodeUsage(usageOf(series)).length).toBeLessThan(12_500);
});
