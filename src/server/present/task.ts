import { type Attempt, allowedActions, type TaskDetail, type TaskSummary } from "../../contract/index.ts";
import type { AttemptRow, ListedTask, Program, TaskRow } from "../../store/store.ts";

/** Rows of the record as they leave through the API: each field is named here, so nothing else can slip out. */
const maxCommandLine = 300;

/** What a task looks like depends on when it is looked at, and by whom. */
export type TaskView = {
  now: number;
  /** False for somebody who may only look. */
  mayOperate: boolean;
  /** Why a pending task waits. */
  explain: (task: ListedTask) => string;
};

export function presentSummary(task: ListedTask, view: TaskView): TaskSummary {
  return {
    id: task.id,
    name: task.name,
    status: task.status,
    description: task.description,
    created_at: isoTime(task.createdAt),
    updated_at: isoTime(task.updatedAt),
    completed_at: isoTimeOrNull(task.completedAt),
    started_at: isoTimeOrNull(task.startedAt),
    duration_ms: durationMs(task.startedAt, task.completedAt, view.now),
    owner: task.ownerName,
    command_line: commandLine(task.spec.program),
    queue: task.queue,
    priority: task.priority,
    tags: task.tags,
    attempt: task.attempt,
    exit_code: task.exitCode,
    signal: task.signal,
    outcome: task.outcome,
    reason: task.status === "pending" ? view.explain(task) : task.reason,
    progress: null,
    node: task.nodeName,
    output_bytes: task.outputBytes,
    suspended: false,
    actions: view.mayOperate ? allowedActions(task.status) : [],
  };
}

export function presentDetail(task: TaskRow, view: TaskView): TaskDetail {
  const { spec } = task;
  const { program } = spec;
  return {
    ...presentSummary(task, view),
    command: program.kind === "command" ? program.command : null,
    argv: program.kind === "argv" ? program.argv : null,
    script: program.kind === "script" ? { body: program.body, interpreter: program.interpreter } : null,
    cwd: spec.cwd,
    env: spec.env,
    stdin_bytes: spec.stdin === null ? 0 : Buffer.byteLength(spec.stdin),
    run_at: isoTimeOrNull(task.notBefore),
    timeout_seconds: spec.timeoutMs === null ? null : spec.timeoutMs / 1000,
    kill_grace_seconds: spec.killGraceMs / 1000,
    usage: { cpu_ms: task.cpuMs, max_rss_bytes: task.maxRssBytes },
  };
}

export function presentAttempt(attempt: AttemptRow, now: number): Attempt {
  return {
    number: attempt.number,
    node: attempt.nodeName,
    pid: attempt.pid,
    created_at: isoTime(attempt.createdAt),
    started_at: isoTimeOrNull(attempt.startedAt),
    completed_at: isoTimeOrNull(attempt.endedAt),
    duration_ms: durationMs(attempt.startedAt, attempt.endedAt, now),
    outcome: attempt.outcome,
    exit_code: attempt.exitCode,
    signal: attempt.signal,
    reason: attempt.reason,
    usage: { cpu_ms: attempt.cpuMs, max_rss_bytes: attempt.maxRssBytes },
    output_bytes: attempt.outputBytes,
    output_gap: attempt.outputGap,
  };
}

/** The program on one line, as one would type it. */
function commandLine(program: Program): string {
  const text = programText(program)
    .trim()
    .replace(/\s*\n\s*/g, " ⏎ ");
  return text.length <= maxCommandLine ? text : `${text.slice(0, maxCommandLine - 1)}…`;
}

function programText(program: Program): string {
  switch (program.kind) {
    case "command":
      return program.command.slice(0, 2 * maxCommandLine);
    case "argv":
      return program.argv.slice(0, 50).map(shellWord).join(" ");
    case "script":
      return program.body.slice(0, 2 * maxCommandLine);
    default:
      return program satisfies never;
  }
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function isoTimeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}

function durationMs(startedAt: number | null, endedAt: number | null, now: number): number | null {
  return startedAt === null ? null : Math.max(0, (endedAt ?? now) - startedAt);
}
