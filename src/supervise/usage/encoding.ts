import type { Usage, UsagePoint } from "./usage.ts";

/**
 * Usage as text to store: JSON, one array for each column of the series (which compresses a point to its digits), times
 * as the length of each point, memory and bytes in KiB, output as what was added to it, gaps only where there are some. Up
 * to 240 points are 6 to 8 KB for usual tasks, and 11 KB after a month of 8 busy cores, 64 GB and a megabyte of output a second.
 */
const version = 1;

type Columns = {
  step: number;
  length: number[];
  cpu: number[];
  rss: number[];
  processes: number[];
  read: (number | null)[];
  write: (number | null)[];
  /** Left out by earlier versions. */
  out?: (number | null)[];
  /** Pairs of a point's place and its gap. */
  gaps: [number, number][];
};

type Encoded = Omit<Usage, "series"> & { v: number; series: Columns };

export function encodeUsage(usage: Usage): string {
  const { points, stepMs } = usage.series;
  const series: Columns = {
    step: stepMs,
    length: points.map(({ atMs }, at) => atMs - (points[at - 1]?.atMs ?? 0)),
    cpu: points.map((point) => point.cpuMs),
    rss: points.map((point) => toKib(point.rssBytes)),
    processes: points.map((point) => point.processes),
    read: points.map(({ readBytes }) => (readBytes === null ? null : toKib(readBytes))),
    write: points.map(({ writeBytes }) => (writeBytes === null ? null : toKib(writeBytes))),
    out: points.map(({ outputBytes }, at) => addedTo(points[at - 1]?.outputBytes ?? 0, outputBytes)),
    gaps: points.flatMap(({ gapMs }, at): [number, number][] => (gapMs === 0 ? [] : [[at, gapMs]])),
  };
  return JSON.stringify({ v: version, ...usage, series } satisfies Encoded);
}

/** Null when it was written by a newer version, or is no usage at all. */
export function decodeUsage(text: string): Usage | null {
  const encoded = parse(text);
  if (encoded === null) {
    return null;
  }
  const { v: _, series, ...usage } = encoded;
  const gaps = new Map(series.gaps);
  let atMs = 0;
  let outputBytes: number | null = null;
  const points = series.length.map((lengthMs, at): UsagePoint => {
    atMs += lengthMs;
    const added = series.out?.[at] ?? null;
    outputBytes = added === null ? null : (outputBytes ?? 0) + added;
    return {
      atMs,
      cpuMs: series.cpu[at] ?? 0,
      rssBytes: (series.rss[at] ?? 0) * kib,
      processes: series.processes[at] ?? 0,
      readBytes: fromKib(series.read[at]),
      writeBytes: fromKib(series.write[at]),
      outputBytes,
      gapMs: gaps.get(at) ?? 0,
    };
  });
  return { ...usage, series: { stepMs: series.step, points } };
}

function parse(text: string): Encoded | null {
  try {
    const value: unknown = JSON.parse(text);
    const isOurs = typeof value === "object" && value !== null && "v" in value && value.v === version;
    return isOurs ? (value as Encoded) : null;
  } catch {
    return null;
  }
}

const kib = 1024;

function toKib(bytes: number): number {
  return Math.floor(bytes / kib);
}

/** Null stays null, and what follows it is added to nothing. */
function addedTo(before: number, bytes: number | null): number | null {
  return bytes === null ? null : bytes - before;
}

function fromKib(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : value * kib;
}
