import type { UsageTotals } from "../store.ts";

/** The columns for what was used, which tasks and attempts have alike. */
type UsageColumns = {
  cpu_ms: number | null;
  max_rss_bytes: number | null;
  max_processes: number | null;
  read_bytes: number | null;
  write_bytes: number | null;
};

/** Of an attempt that has not been looked at. */
export const noUsage: UsageTotals = {
  cpuMs: null,
  maxRssBytes: null,
  maxProcesses: null,
  readBytes: null,
  writeBytes: null,
};

export function toUsage(row: UsageColumns): UsageTotals {
  return {
    cpuMs: row.cpu_ms,
    maxRssBytes: row.max_rss_bytes,
    maxProcesses: row.max_processes,
    readBytes: row.read_bytes,
    writeBytes: row.write_bytes,
  };
}

export function usageColumns(usage: UsageTotals): UsageColumns {
  return {
    cpu_ms: usage.cpuMs,
    max_rss_bytes: usage.maxRssBytes,
    max_processes: usage.maxProcesses,
    read_bytes: usage.readBytes,
    write_bytes: usage.writeBytes,
  };
}
