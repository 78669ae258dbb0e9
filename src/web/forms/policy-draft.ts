import type { RetryCause, SandboxMode, TaskDetail } from "../../contract/index.ts";
import type { Order } from "../api/create-task.ts";
import { formText } from "../form-text.ts";
import type { FieldReader } from "./field-reader.ts";
import { formatSizeText } from "./size-text.ts";

/** The part of the form about limits, retries, input, terminal, output and sandbox, as typed. */
export type PolicyDraft = {
  memory: string;
  cpuTime: string;
  processes: string;
  openFiles: string;
  nice: string;
  outputLimit: string;
  /** Empty: not tried again, whatever the other fields of the retry say. */
  attempts: string;
  backoff: "fixed" | "exponential";
  retryDelay: string;
  maxRetryDelay: string;
  jitter: string;
  retryOn: readonly RetryCause[];
  takesInput: boolean;
  hasTerminal: boolean;
  columns: string;
  rows: string;
  marksStderr: boolean;
  sandbox: SandboxMode;
};

export const emptyPolicy: PolicyDraft = {
  memory: "",
  cpuTime: "",
  processes: "",
  openFiles: "",
  nice: "",
  outputLimit: "",
  attempts: "",
  backoff: "fixed",
  retryDelay: "10 s",
  maxRetryDelay: "1 h",
  jitter: "",
  retryOn: ["failed", "timed_out"],
  takesInput: false,
  hasTerminal: false,
  columns: "120",
  rows: "40",
  marksStderr: false,
  sandbox: "none",
};

/** The fields of the server that this part of the form shows, for messages beside them. */
export const policyFields = [
  "limits.memory_bytes",
  "limits.cpu_seconds",
  "limits.processes",
  "limits.open_files",
  "limits.nice",
  "limits.output_bytes",
  "retry.attempts",
  "retry.delay_seconds",
  "retry.max_delay_seconds",
  "retry.jitter",
  "retry.on",
  "input",
  "pty",
  "pty.columns",
  "pty.rows",
  "mark_stderr",
  "sandbox",
] as const;

/** What to submit. Null, false and `none` are what a task has that was asked for nothing. */
export type Policy = {
  limits: NonNullable<Order["limits"]> | null;
  retry: NonNullable<Order["retry"]> | null;
  input: boolean;
  pty: { columns: number; rows: number } | null;
  mark_stderr: boolean;
  sandbox: SandboxMode;
};

export function readPolicy(draft: PolicyDraft, reader: FieldReader): Policy {
  if (draft.marksStderr && draft.hasTerminal) {
    reader.note("mark_stderr", formText.environment.markOrTerminal);
  }
  return {
    limits: readLimits(draft, reader),
    retry: readRetry(draft, reader),
    input: draft.takesInput,
    pty: readTerminal(draft, reader),
    mark_stderr: draft.marksStderr,
    sandbox: draft.sandbox,
  };
}

function readLimits(draft: PolicyDraft, reader: FieldReader): Policy["limits"] {
  const limits = {
    memory_bytes: reader.size("limits.memory_bytes", draft.memory),
    cpu_seconds: reader.duration("limits.cpu_seconds", draft.cpuTime),
    processes: reader.wholeNumber("limits.processes", draft.processes),
    open_files: reader.wholeNumber("limits.open_files", draft.openFiles),
    nice: reader.wholeNumber("limits.nice", draft.nice),
    output_bytes: reader.size("limits.output_bytes", draft.outputLimit),
  };
  const set = Object.entries(limits).filter(([, value]) => value !== null);
  return set.length === 0 ? null : Object.fromEntries(set);
}

/** An empty field of a retry is left to the server, which has a value for it. */
function readRetry(draft: PolicyDraft, reader: FieldReader): Policy["retry"] {
  const attempts = reader.wholeNumber("retry.attempts", draft.attempts);
  if (attempts === null) {
    return null;
  }
  return {
    attempts,
    backoff: draft.backoff,
    delay_seconds: reader.duration("retry.delay_seconds", draft.retryDelay) ?? undefined,
    max_delay_seconds: reader.duration("retry.max_delay_seconds", draft.maxRetryDelay) ?? undefined,
    jitter: reader.percentage("retry.jitter", draft.jitter) ?? undefined,
    on: [...draft.retryOn],
  };
}

function readTerminal(draft: PolicyDraft, reader: FieldReader): Policy["pty"] {
  if (!draft.hasTerminal) {
    return null;
  }
  const columns = reader.wholeNumber("pty.columns", draft.columns);
  const rows = reader.wholeNumber("pty.rows", draft.rows);
  return { columns: columns ?? Number(emptyPolicy.columns), rows: rows ?? Number(emptyPolicy.rows) };
}

/** What a task was asked for, as it would be typed. */
export function policyDraftOf(task: TaskDetail): PolicyDraft {
  const { limits, retry, pty } = task;
  return {
    ...emptyPolicy,
    memory: typed(limits?.memory_bytes, formatSizeText),
    cpuTime: typed(limits?.cpu_seconds, formatSeconds),
    processes: typed(limits?.processes, String),
    openFiles: typed(limits?.open_files, String),
    nice: typed(limits?.nice, String),
    outputLimit: typed(limits?.output_bytes, formatSizeText),
    ...(retry === null
      ? {}
      : {
          attempts: String(retry.attempts),
          backoff: retry.backoff,
          retryDelay: formatSeconds(retry.delay_seconds),
          maxRetryDelay: formatSeconds(retry.max_delay_seconds),
          jitter: retry.jitter === 0 ? "" : `${Math.round(retry.jitter * 10_000) / 100} %`,
          retryOn: retry.on,
        }),
    // A terminal takes input by itself, so only a task without one tells whether it was asked for.
    takesInput: task.takes_input && pty === null,
    hasTerminal: pty !== null,
    ...(pty === null ? {} : { columns: String(pty.columns), rows: String(pty.rows) }),
    marksStderr: task.mark_stderr,
    sandbox: task.sandbox,
  };
}

/** Seconds as typed: what parseDurationText reads as the same number. */
export function formatSeconds(seconds: number): string {
  return `${seconds} s`;
}

function typed(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? "" : format(value);
}
