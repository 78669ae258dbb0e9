import type { Attempt, UsageSeries } from "../../contract/index.ts";
import { sparkline } from "./chart.ts";
import { renderFields, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration } from "./time.ts";

const widestChart = 80;
const room = 30;

/** The figures of an attempt, a line each, and charts of processor and memory over time. */
export function renderUsage(attempt: Attempt, series: UsageSeries, options: TableOptions): string {
  const columns = Math.max(10, Math.min(widestChart, (options.width ?? widestChart + room) - room));
  const fields = [...figures(attempt), ...charts(series, columns)];
  return renderFields(
    fields.filter((field): field is [string, string] => field[1] !== null),
    options.paint,
  );
}

function figures(attempt: Attempt): [string, string | null][] {
  const { usage, duration_ms: durationMs } = attempt;
  const ranMs = durationMs === null ? null : durationMs - attempt.suspended_ms;
  return [
    ["attempt", String(attempt.number)],
    ["duration", durationMs === null ? null : formatDuration(durationMs)],
    ["suspended", attempt.suspended_ms === 0 ? null : formatDuration(attempt.suspended_ms)],
    ["cpu time", cpuTime(usage.cpu_ms, ranMs)],
    ["peak memory", bytes(usage.max_rss_bytes)],
    ["processes", usage.max_processes === null ? "not measured" : `${usage.max_processes} at once at most`],
    ["read", bytes(usage.read_bytes)],
    ["written", bytes(usage.write_bytes)],
  ];
}

function cpuTime(cpuMs: number | null, ranMs: number | null): string {
  if (cpuMs === null) {
    return "not measured";
  }
  const average = ranMs === null || ranMs < 100 ? "" : `  (${processors(cpuMs / ranMs)} on average)`;
  return `${formatDuration(cpuMs)}${average}`;
}

function bytes(amount: number | null): string {
  return amount === null ? "not measured" : formatBytes(amount);
}

function charts({ points }: UsageSeries, columns: number): [string, string][] {
  if (points.length < 2) {
    return [];
  }
  const cpu = points.map((point) => ({ atMs: point.at_ms, value: point.cpu }));
  const memory = points.map((point) => ({ atMs: point.at_ms, value: point.rss_bytes }));
  const largest = (series: typeof cpu) => Math.max(...series.map(({ value }) => value));
  return [
    ["cpu", `${sparkline(cpu, columns)}  up to ${processors(largest(cpu))}`],
    ["memory", `${sparkline(memory, columns)}  up to ${formatBytes(largest(memory))}`],
  ];
}

function processors(amount: number): string {
  const text = amount.toFixed(2);
  return text === "1.00" ? "1 processor" : `${Number(text)} processors`;
}
