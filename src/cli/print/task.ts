import type { Attempt, TaskDetail, TaskStatus, TaskSummary } from "../../contract/index.ts";
import type { Colour, Paint } from "./colour.ts";
import { type Cell, type Column, renderFields, renderTable, type TableOptions } from "./table.ts";
import { harmless, oneLine } from "./text.ts";
import { formatAge, formatBytes, formatDuration } from "./time.ts";

const looks: Readonly<Record<TaskStatus, { symbol: string; colour: Colour }>> = {
  pending: { symbol: "○", colour: "gray" },
  running: { symbol: "◐", colour: "blue" },
  completed: { symbol: "✓", colour: "green" },
  failed: { symbol: "✕", colour: "red" },
  killed: { symbol: "■", colour: "yellow" },
};

/** Status as symbol and word: `✓ completed`. */
export function statusCell(status: TaskStatus): Cell {
  const { symbol, colour } = looks[status];
  return { text: `${symbol} ${status}`, colour };
}

/** How it ended, in two or three words; empty while it has not. */
export function resultText(task: Pick<TaskSummary, "outcome" | "exit_code" | "signal">): string {
  switch (task.outcome) {
    case "timed_out":
      return "timed out";
    case "spawn_failed":
      return "not started";
    case "dependency_failed":
      return "dependency failed";
    case "lost":
      return "lost";
    case "unknown":
      return "unknown";
    default:
      return task.signal ?? (task.exit_code === null ? "" : `exit ${task.exit_code}`);
  }
}

/** One sentence on how a task ended: its status and the reason, or the result where there is no reason. */
export function endSentence(task: TaskSummary): string {
  const how = oneLine(task.reason ?? resultText(task));
  return how === "" ? `task ${task.id} ${task.status}` : `task ${task.id} ${task.status}: ${how}`;
}

const columns: readonly Column[] = [
  { title: "ID", align: "right" },
  { title: "STATUS" },
  { title: "RESULT", maxWidth: 17 },
  { title: "CREATED" },
  { title: "DURATION" },
  { title: "OWNER", maxWidth: 16 },
  { title: "NAME", maxWidth: 30 },
  { title: "COMMAND" },
];

/** Tasks as a table. `now` is the time that ages count from, in epoch milliseconds. */
export function renderTasks(tasks: readonly TaskSummary[], now: number, options: TableOptions): string {
  const rows = tasks.map((task): Cell[] => [
    { text: String(task.id) },
    statusCell(task.status),
    { text: resultText(task) },
    { text: formatAge(task.created_at, now) },
    { text: task.duration_ms === null ? "" : formatDuration(task.duration_ms) },
    { text: task.owner },
    { text: task.name },
    { text: task.command_line },
  ]);
  return renderTable(columns, rows, options);
}

/** Everything about one task, a line per field; fields that say nothing are left out. */
export function renderTask(task: TaskDetail, now: number, paint: Paint): string {
  const status = statusCell(task.status);
  const result = resultText(task);
  const fields: [string, string | null][] = [
    ["task", String(task.id)],
    ["name", oneLine(task.name)],
    ["status", paint(status.colour ?? "bold", status.text) + (result === "" ? "" : `  ${result}`)],
    ["reason", task.reason === null ? null : oneLine(task.reason)],
    ["description", task.description === "" ? null : severalLines(task.description)],
    ...programFields(task),
    ["owner", task.owner],
    ["queue", oneLine(task.queue)],
    ["priority", task.priority === 0 ? null : String(task.priority)],
    ["tags", task.tags.length === 0 ? null : oneLine(task.tags.join(", "))],
    ["created", when(task.created_at, now)],
    ["not before", task.run_at],
    ["started", when(task.started_at, now)],
    ["ended", when(task.completed_at, now)],
    ["duration", task.duration_ms === null ? null : formatDuration(task.duration_ms)],
    ["time limit", task.timeout_seconds === null ? null : formatDuration(task.timeout_seconds * 1000)],
    ["attempt", task.attempt <= 1 ? null : String(task.attempt)],
    ["node", task.node === null ? null : oneLine(task.node)],
    ["cpu time", task.usage.cpu_ms === null ? null : formatDuration(task.usage.cpu_ms)],
    ["peak memory", task.usage.max_rss_bytes === null ? null : formatBytes(task.usage.max_rss_bytes)],
    ["output", formatBytes(task.output_bytes)],
  ];
  return renderFields(
    fields.filter((field): field is [string, string] => field[1] !== null),
    paint,
  );
}

function programFields(task: TaskDetail): [string, string | null][] {
  const variables = Object.entries(task.env).map(([name, value]) => `${name}=${oneLine(value)}`);
  return [
    ["command", task.script === null ? oneLine(task.command_line) : null],
    ["script", task.script === null ? null : severalLines(task.script.body.trimEnd())],
    ["interpreter", task.script?.interpreter ?? null],
    ["directory", task.cwd === null ? null : oneLine(task.cwd)],
    ["variables", variables.length === 0 ? null : variables.join("\n")],
    ["input", task.stdin_bytes === 0 ? null : formatBytes(task.stdin_bytes)],
  ];
}

function severalLines(text: string): string {
  return text.split(/\r?\n/).map(harmless).join("\n");
}

function when(iso: string | null, now: number): string | null {
  return iso === null ? null : `${iso}  (${formatAge(iso, now)})`;
}

const attemptColumns: readonly Column[] = [
  { title: "ATTEMPT", align: "right" },
  { title: "RESULT" },
  { title: "STARTED" },
  { title: "DURATION" },
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
    { text: attempt.node },
    { text: attempt.reason ?? "" },
  ]);
  return renderTable(attemptColumns, rows, options);
}
