import type { Usage, UsageSeries } from "../../contract/index.ts";

/**
 * What a running attempt used up to now. The record has it only now and then, its course over time always: each point
 * tells of all the time since the point before, so their sum is the whole.
 */
export function usageSoFar(recorded: Usage, { points }: UsageSeries): Usage {
  if (points.length === 0) {
    return recorded;
  }
  const cpuMs = points.reduce((sum, point, index) => {
    return sum + point.cpu * (point.at_ms - (points[index - 1]?.at_ms ?? 0));
  }, 0);
  const most = (values: number[], kept: number | null) => Math.max(kept ?? 0, ...values);
  return {
    cpu_ms: Math.max(recorded.cpu_ms ?? 0, Math.round(cpuMs)),
    max_rss_bytes: most(
      points.map((point) => point.rss_bytes),
      recorded.max_rss_bytes,
    ),
    max_processes: most(
      points.map((point) => point.processes),
      recorded.max_processes,
    ),
    read_bytes: sumOfKnown(points.map((point) => point.read_bytes)),
    write_bytes: sumOfKnown(points.map((point) => point.write_bytes)),
  };
}

/** Null when one of them is not known: then the sum is not either. */
function sumOfKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}
