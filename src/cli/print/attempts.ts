import type { Attempt } from "../../contract/index.ts";
import { type Cell, type Column, renderTable, type TableOptions } from "./table.ts";
import { resultText } from "./task.ts";
import { formatBytes, formatDuration } from "./time.ts";

const columns: readonly Column[] = [
  { title: "ATTEMPT", align: "right" },
  { title: "RESULT" },
  { title: "STARTED" },
  { title: "DURATION" },
  { title: "CPU TIME" },
  { title: "PEAK MEMORY" },
  { title: "NODE" },
  { title: "REASON" },
];

/** The attempts of a task as a table. */
export function renderAttempts(attempts: readonly Attempt[], options: TableOptions): string {
  const rows = attempts.map((attempt): Cell[] => [
    { text: String(attempt.number) },
    { text: resultText(attempt) },
    { text: attempt.started_at ?? "" },
    { text: attempt.duration_ms === null ? "" : formatDuration(attempt.duration_ms) },
    { text: attempt.usage.cpu_ms === null ? "" : formatDuration(attempt.usage.cpu_ms) },
    { text: attempt.usage.max_rss_bytes === null ? "" : formatBytes(attempt.usage.max_rss_bytes) },
    { text: attempt.node },
    { text: attempt.reason ?? "" },
  ]);
  return renderTable(columns, rows, options);
}
