import { isOver, type TaskDetail, type TaskStatus, type TaskSummary } from "../../contract/index.ts";
import type { Colour, Paint } from "./colour.ts";
import { limitsText, markedStderr, retryText } from "./policy.ts";
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

/** Status as symbol and word: `✓ completed`. One that runs and is suspended is called so. */
function statusCell(task: Pick<TaskSummary, "status" | "suspended">): Cell {
  if (task.status === "running" && task.suspended) {
    return { text: "‖ suspended", colour: "yellow" };
  }
  const { symbol, colour } = looks[task.status];
  return { text: `${symbol} ${task.status}`, colour };
}

/** How far it is, or how it ended: `42 %`, `exit 3`. */
function standText(task: TaskSummary): string {
  const isRunning = task.status === "running";
  return isRunning && task.progress !== null ? progressText(task.progress) : resultText(task);
}

function progressText(progress: number): string {
  // Not rounded up: 100 % is said of what is done.
  return `${Math.floor(progress * 100)} %`;
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
    statusCell(task),
    { text: standText(task) },
    { text: formatAge(task.created_at, now) },
    { text: task.duration_ms === null ? "" : formatDuration(task.duration_ms) },
    { text: task.owner },
    { text: task.name },
    { text: task.command_line },
  ]);
  return renderTable(columns, rows, options);
}

/**
 * Everything about one task, a line per field; fields that say nothing are left out. `suspendedSince` is the time of its
 * suspension, where that is known.
 */
export function renderTask(task: TaskDetail, now: number, paint: Paint, suspendedSince: string | null): string {
  const status = statusCell(task);
  const result = standText(task);
  const fields: [string, string | null][] = [
    ["task", String(task.id)],
    ["name", oneLine(task.name)],
    ["status", paint(status.colour ?? "bold", status.text) + (result === "" ? "" : `  ${result}`)],
    ["suspended", task.suspended ? when(suspendedSince, now) : null],
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
    ["attempt", attemptText(task)],
    ["retry", task.retry === null ? null : retryText(task.retry)],
    ["limits", limitsText(task)],
    ["sandbox", task.sandbox === "none" ? null : task.sandbox],
    ["asks for", placementText(task)],
    ["node", task.node === null ? null : oneLine(task.node)],
    ...usageFields(task),
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
    ["terminal", task.pty === null ? null : `${task.pty.columns} × ${task.pty.rows}`],
    ["stderr", task.mark_stderr ? markedStderr : null],
    ["input", inputText(task)],
  ];
}

function inputText(task: TaskDetail): string | null {
  const given = task.stdin_bytes === 0 ? [] : [formatBytes(task.stdin_bytes)];
  const more = task.takes_input ? [isOver(task.status) ? "open while it ran" : "more can be sent while it runs"] : [];
  const parts = [...given, ...more];
  return parts.length === 0 ? null : parts.join("; ");
}

function attemptText({ attempt, max_attempts: most }: TaskDetail): string | null {
  if (most > 1 && attempt > 0) {
    return `${attempt} of ${most}`;
  }
  return attempt <= 1 ? null : String(attempt);
}

/** Null when it may run anywhere. */
function placementText({ requested_node: node, labels }: TaskDetail): string | null {
  const parts = [...(node === null ? [] : [`node ${node}`]), ...labels.map((label) => `label ${label}`)];
  return parts.length === 0 ? null : oneLine(parts.join(", "));
}

function usageFields({ usage }: TaskDetail): [string, string | null][] {
  const bytes = (amount: number | null) => (amount === null ? null : formatBytes(amount));
  return [
    ["cpu time", usage.cpu_ms === null ? null : formatDuration(usage.cpu_ms)],
    ["peak memory", bytes(usage.max_rss_bytes)],
    ["processes", usage.max_processes === null ? null : `${usage.max_processes} at once at most`],
    ["read", bytes(usage.read_bytes)],
    ["written", bytes(usage.write_bytes)],
  ];
}

function severalLines(text: string): string {
  return text.split(/\r?\n/).map(harmless).join("\n");
}

function when(iso: string | null, now: number): string | null {
  return iso === null ? null : `${iso}  (${formatAge(iso, now)})`;
}
