import {
  type ActionFacts,
  type Attempt,
  allowedActions,
  quoteForShell,
  type TaskDetail,
  type TaskDuration,
  type TaskSummary,
  type Usage,
} from "../../contract/index.ts";
import type { AttemptRow, ListedTask, Program, TaskRow, TaskTimes, UsageTotals } from "../../store/store.ts";
import { presentLimits, presentRetry } from "./task-spec.ts";

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
    progress: task.progress,
    node: task.nodeName,
    output_bytes: task.outputBytes,
    suspended: task.isSuspended,
    takes_input: task.takesInput,
    max_attempts: task.maxAttempts,
    actions: view.mayOperate ? allowedActions(actionFacts(task)) : [],
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
    retry: spec.retry === null ? null : presentRetry(spec.retry),
    limits: presentLimits(spec.limits),
    limits_in_force: task.limitsInForce,
    sandbox: spec.sandbox,
    pty: spec.pty,
    mark_stderr: spec.markStderr,
    requested_node: spec.node,
    labels: spec.labels,
    usage: presentUsage(task.usage),
  };
}

export function presentDuration(task: TaskTimes, now: number): TaskDuration {
  return {
    id: task.id,
    name: task.name,
    status: task.status,
    outcome: task.outcome,
    created_at: isoTime(task.createdAt),
    duration_ms: durationMs(task.startedAt, task.completedAt, now),
  };
}

/** What decides which actions a task allows. */
export function actionFacts(task: ListedTask): ActionFacts {
  return { status: task.status, suspended: task.isSuspended, takes_input: task.takesInput };
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
    suspended_ms: attempt.suspendedMs + (attempt.suspended === null ? 0 : Math.max(0, now - attempt.suspended.atMs)),
    suspended: attempt.suspended !== null,
    outcome: attempt.outcome,
    exit_code: attempt.exitCode,
    signal: attempt.signal,
    reason: attempt.reason,
    limits_in_force: attempt.limitsInForce,
    usage: presentUsage(attempt.usage),
    output_bytes: attempt.outputBytes,
    output_gap: attempt.outputGap,
  };
}

function presentUsage(usage: UsageTotals): Usage {
  return {
    cpu_ms: usage.cpuMs,
    max_rss_bytes: usage.maxRssBytes,
    max_processes: usage.maxProcesses,
    read_bytes: usage.readBytes,
    write_bytes: usage.writeBytes,
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
      return program.argv.slice(0, 50).map(quoteForShell).join(" ");
    case "script":
      return program.body.slice(0, 2 * maxCommandLine);
    default:
      return program satisfies never;
  }
}

export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function isoTimeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}

function durationMs(startedAt: number | null, endedAt: number | null, now: number): number | null {
  return startedAt === null ? null : Math.max(0, (endedAt ?? now) - startedAt);
}
