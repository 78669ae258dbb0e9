import type { Limits, RerunEdit, Retry, Submission } from "../../contract/index.ts";
import type { Program, RetryPolicy, SpecLimits, TaskRow, TaskSpec } from "../../store/store.ts";

/** Between what is submitted and what the record keeps of it, in both directions. */
export const defaultKillGraceMs = 10_000;
const defaultTerminal = { columns: 120, rows: 40 };

export function specOf(submission: Submission, defaultSleepSeconds: number): TaskSpec {
  const { timeout_seconds: timeout, kill_grace_seconds: grace, pty } = submission;
  return {
    program: programOf(submission, defaultSleepSeconds),
    cwd: submission.cwd ?? null,
    env: submission.env ?? {},
    stdin: submission.stdin ?? null,
    timeoutMs: timeout == null ? null : Math.round(timeout * 1000),
    killGraceMs: grace == null ? defaultKillGraceMs : Math.round(grace * 1000),
    retry: submission.retry == null ? null : retryPolicyOf(submission.retry),
    limits: limitsOf(submission.limits ?? {}),
    sandbox: submission.sandbox ?? "none",
    pty: pty == null || pty === false ? null : pty === true ? defaultTerminal : pty,
    markStderr: submission.mark_stderr ?? false,
    input: submission.input ?? false,
    node: submission.node ?? null,
    labels: [...new Set(submission.labels ?? [])],
  };
}

function programOf(submission: Submission, defaultSleepSeconds: number): Program {
  if (submission.command != null) {
    return { kind: "command", command: submission.command };
  }
  if (submission.argv != null) {
    return { kind: "argv", argv: submission.argv, isDemonstration: false };
  }
  if (submission.script != null) {
    return { kind: "script", body: submission.script.body, interpreter: submission.script.interpreter ?? null };
  }
  return { kind: "argv", argv: ["sleep", String(defaultSleepSeconds)], isDemonstration: true };
}

function retryPolicyOf(retry: Retry): RetryPolicy {
  return {
    attempts: retry.attempts,
    backoff: retry.backoff,
    delayMs: Math.round(retry.delay_seconds * 1000),
    maxDelayMs: Math.round(retry.max_delay_seconds * 1000),
    jitter: retry.jitter,
    on: [...new Set(retry.on)],
  };
}

function limitsOf(limits: Limits): SpecLimits {
  return {
    memoryBytes: limits.memory_bytes ?? null,
    cpuSeconds: limits.cpu_seconds ?? null,
    processes: limits.processes ?? null,
    openFiles: limits.open_files ?? null,
    nice: limits.nice ?? null,
    outputBytes: limits.output_bytes ?? null,
  };
}

export function presentRetry(retry: RetryPolicy): Retry {
  return {
    attempts: retry.attempts,
    backoff: retry.backoff,
    delay_seconds: retry.delayMs / 1000,
    max_delay_seconds: retry.maxDelayMs / 1000,
    jitter: retry.jitter,
    on: retry.on,
  };
}

/** Null when there is none. */
export function presentLimits(limits: SpecLimits): Limits | null {
  const named: Limits = {
    memory_bytes: limits.memoryBytes,
    cpu_seconds: limits.cpuSeconds,
    processes: limits.processes,
    open_files: limits.openFiles,
    nice: limits.nice,
    output_bytes: limits.outputBytes,
  };
  return Object.values(named).every((value) => value === null) ? null : named;
}

/** What would have to be submitted to get the task once more, at once, with some of it replaced. */
export function submissionOf(task: TaskRow, edit: NonNullable<RerunEdit>): Record<string, unknown> {
  const { spec } = task;
  const isAnotherProgram = [edit.command, edit.argv, edit.script].some((program) => program != null);
  return {
    name: task.name,
    description: task.description,
    ...(isAnotherProgram ? {} : programFields(spec.program)),
    cwd: spec.cwd,
    env: Object.keys(spec.env).length === 0 ? null : spec.env,
    stdin: spec.stdin,
    queue: task.queue,
    priority: task.priority,
    tags: task.tags,
    timeout_seconds: spec.timeoutMs === null ? null : spec.timeoutMs / 1000,
    kill_grace_seconds: spec.killGraceMs / 1000,
    retry: spec.retry === null ? null : presentRetry(spec.retry),
    limits: presentLimits(spec.limits),
    sandbox: spec.sandbox,
    pty: spec.pty,
    mark_stderr: spec.markStderr,
    input: spec.input,
    node: spec.node,
    labels: spec.labels,
    ...Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined)),
  };
}

function programFields(program: Program): Record<string, unknown> {
  switch (program.kind) {
    case "command":
      return { command: program.command };
    case "argv":
      return program.isDemonstration ? {} : { argv: program.argv };
    case "script":
      return { script: { body: program.body, interpreter: program.interpreter } };
    default:
      return program satisfies never;
  }
}
