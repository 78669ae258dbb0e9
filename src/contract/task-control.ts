import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { processValue, wholeNumber } from "./fields.ts";
import { rerunEdit } from "./task-input.ts";
import { taskDetail } from "./tasks.ts";

/** What is done to a running task: kill, suspend, resume, signal, input; and what happened to it. */
/** Those of Linux that a task can be sent. Stopping and continuing it have verbs of their own, which know that they did. */
export const signalNames = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGCHLD",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
] as const;
export type SignalName = (typeof signalNames)[number];

const unknownSignal = `There is no such signal here. Use one of: ${signalNames.map((name) => name.slice(3)).join(", ")}. (To stop and continue a task, suspend and resume it.)`;

/** `TERM`, `term` and `SIGTERM` are the same. */
const signal = z
  .string()
  .transform((value) => (value.toUpperCase().startsWith("SIG") ? value.toUpperCase() : `SIG${value.toUpperCase()}`))
  .pipe(z.enum(signalNames, { error: unknownSignal }));

export const killOrder = z.object({
  /** The first signal; what is left after the grace gets SIGKILL. */
  signal: signal.default("SIGTERM"),
  grace_seconds: z.number().min(0).max(86_400).nullish(),
});

/** `main`: the program itself. `all`: every process of the task. */
export const signalTargets = ["main", "all"] as const;
export type SignalTarget = (typeof signalTargets)[number];

export const signalOrder = z.object({ signal, to: z.enum(signalTargets).default("main") });

/** A pipe holds 64 KiB (pipe(7)): more than that at once would have to wait for the program. */
export const maxInputBytes = 65_536;

const base64Text = z.base64({ error: "Not valid base64." });

export const inputOrder = z
  .object({
    text: processValue(maxInputBytes).optional(),
    /** Bytes that are no text. */
    base64: base64Text.max(Math.ceil(maxInputBytes / 3) * 4).optional(),
    /** Nothing more follows: the program reads end of file. */
    end: z.boolean().default(false),
  })
  .refine((input) => input.text === undefined || input.base64 === undefined, {
    error: "Give only one of text and base64.",
  })
  .refine((input) => input.text !== undefined || input.base64 !== undefined || input.end, {
    error: "Give text, base64, or end.",
  });

export const inputResult = z.object({
  /** Bytes the program can read now; they are not lost by a restart of the server. */
  accepted_bytes: z.int(),
  ended: z.boolean(),
});

/** Something that happened to a task, in words. */
export const taskEventKinds = [
  "submitted",
  "started",
  "adopted",
  "signal",
  "kill",
  "timed_out",
  "limit",
  "suspended",
  "resumed",
  "input_ended",
  "orphaned",
  "fenced",
  "leftovers",
  "emptied",
  "retry",
  "ended",
] as const;
export type TaskEventKind = (typeof taskEventKinds)[number];

export const taskLogEntry = z.object({
  at: z.iso.datetime(),
  /** 0: before the first attempt. */
  attempt: z.int(),
  kind: z.enum(taskEventKinds),
  text: z.string(),
});
export type TaskLogEntry = z.output<typeof taskLogEntry>;

/** A point of what an attempt used. The figures are of the time since the point before. */
export const usagePoint = z.object({
  /** Milliseconds since the attempt's start. */
  at_ms: z.int(),
  /** Processors in use, on average: 1.5 is one and a half. */
  cpu: z.number(),
  rss_bytes: z.int(),
  processes: z.int(),
  read_bytes: z.int().nullable(),
  write_bytes: z.int().nullable(),
  /** How much its output had come to: a byte before it was written by then. Null where nobody looked. */
  output_bytes: z.int().nullable(),
  /** How much of the time since the point before nobody looked, because the server was down. */
  gap_ms: z.int(),
});

export const usageSeries = z.object({ attempt: z.int(), points: z.array(usagePoint) });
export type UsageSeries = z.output<typeof usageSeries>;

/** A process of a running task. */
export const taskProcess = z.object({
  pid: z.int(),
  parent_pid: z.int(),
  /** R running, S sleeping, D waiting for a device, T stopped, Z gone and not yet collected; see ps(1). */
  state: z.string(),
  command_line: z.string(),
  cpu_ms: z.int(),
  rss_bytes: z.int(),
});
export type TaskProcess = z.output<typeof taskProcess>;

const byId = z.object({ id: wholeNumber(1) });
const control = { method: "POST", tag: "tasks", kind: "json", access: "create_tasks", status: 200 } as const;
const look = { method: "GET", tag: "tasks", kind: "json", access: "view_tasks", status: 200 } as const;

export const taskControlEndpoints = {
  killTask: endpoint({
    ...control,
    path: "/taskapi/tasks/:id/kill/",
    summary:
      "Signal all processes of the task; what is left after the grace gets SIGKILL. Asked again, it goes faster.",
    status: 202,
    params: byId,
    body: killOrder,
    response: taskDetail,
  }),
  suspendTask: endpoint({
    ...control,
    path: "/taskapi/tasks/:id/suspend/",
    summary: "Stop all processes of the task until it is resumed; its time-out waits meanwhile.",
    params: byId,
    response: taskDetail,
  }),
  resumeTask: endpoint({
    ...control,
    path: "/taskapi/tasks/:id/resume/",
    summary: "Let a suspended task go on.",
    params: byId,
    response: taskDetail,
  }),
  signalTask: endpoint({
    ...control,
    path: "/taskapi/tasks/:id/signal/",
    summary: "Send a signal, and nothing else: to the program (`main`) or to every process of the task (`all`).",
    params: byId,
    body: signalOrder,
    response: taskDetail,
  }),
  sendInput: endpoint({
    ...control,
    path: "/taskapi/tasks/:id/input/",
    summary: "Write to the task's standard input, or end it. Answered once the bytes are in the pipe.",
    params: byId,
    body: inputOrder,
    response: inputResult,
  }),
  rerunTask: endpoint({
    ...control,
    path: "/taskapi/tasks/:id/rerun/",
    summary: "Submit the task once more as a new one; fields in the body replace those of the first.",
    status: 201,
    params: byId,
    body: rerunEdit,
    response: taskDetail,
  }),
  listEvents: endpoint({
    ...look,
    path: "/taskapi/tasks/:id/events/",
    summary: "What happened to the task: starts, signals, kills, suspensions, retries, ends.",
    params: byId,
    response: z.array(taskLogEntry),
  }),
  getUsage: endpoint({
    ...look,
    path: "/taskapi/tasks/:id/usage/",
    summary: "What an attempt used over time: at most 240 points.",
    params: byId,
    query: z.object({ attempt: wholeNumber(1).optional() }),
    response: usageSeries,
  }),
  listProcesses: endpoint({
    ...look,
    path: "/taskapi/tasks/:id/processes/",
    summary: "The processes of a running task, as of now; empty when it does not run.",
    params: byId,
    response: z.array(taskProcess),
  }),
};
