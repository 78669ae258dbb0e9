import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { wholeNumber } from "./fields.ts";
import { rerunEdit, submission } from "./task-input.ts";
import { limits, retry, sandboxModes, terminalSize } from "./task-policy.ts";

/** What a submission would become. Nothing is written, and what only a node decides is said to be open. */
const programs = ["command", "argv", "script", "demonstration"] as const;

/** Fields of a dry run that only the node decides which starts the task. */
const openFields = [
  "argv",
  "user",
  "cwd",
  "env_added",
  "limits",
  "sandbox",
  "pty",
  "mark_stderr",
  "output_kept_bytes",
] as const;
export type OpenField = (typeof openFields)[number];

export const dryRun = z.object({
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  tags: z.array(z.string()),
  queue: z.string(),
  priority: z.int(),
  run_at: z.iso.datetime().nullable(),
  program: z.enum(programs),
  /** Words that are executed. Behind those of a script comes the path of a file with its text, which the node chooses. */
  argv: z.array(z.string()),
  /** What reads a command or a script; null when nothing stands between. */
  interpreter: z.string().nullable(),
  script_bytes: z.int(),
  /** System user it runs as; null when each node has its own. */
  user: z.string().nullable(),
  /** Working directory; null when each node has its own. */
  cwd: z.string().nullable(),
  /** Names of the variables that were asked for. */
  env: z.array(z.string()),
  /** Names of the variables it finds beside those; null when each node has its own. */
  env_added: z.array(z.string()).nullable(),
  stdin_bytes: z.int(),
  takes_input: z.boolean(),
  pty: terminalSize.nullable(),
  mark_stderr: z.boolean(),
  timeout_seconds: z.number().nullable(),
  kill_grace_seconds: z.number(),
  limits: limits.nullable(),
  /** Bytes kept of its output; null for all of them, or when each node has its own cap. */
  output_kept_bytes: z.int().nullable(),
  retry: retry.nullable(),
  sandbox: z.enum(sandboxModes),
  requested_node: z.string().nullable(),
  labels: z.array(z.string()),
  placement: z.object({
    /** Living nodes that could run it, with their slots and how many of them are free now. */
    nodes: z.array(z.object({ name: z.string(), slots: z.int(), free: z.int() })),
    /** Why it would not start at once, as a sentence; null when it would. */
    waits: z.string().nullable(),
    /** Tasks of its queue that wait now and would go before it. */
    ahead: z.int(),
  }),
  /** What cannot be known now, each with a sentence saying when and where it is decided. */
  open: z.array(z.object({ field: z.enum(openFields), why: z.string() })),
});

export type DryRun = z.output<typeof dryRun>;

const trial = { method: "POST", tag: "tasks", kind: "json", access: "create_tasks", status: 200 } as const;

export const dryRunEndpoints = {
  dryRunTask: endpoint({
    ...trial,
    path: "/taskapi/tasks/dry-run/",
    summary: "What submitting this would do: checked and answered like a submission, and nothing is written.",
    body: submission,
    response: dryRun,
  }),
  dryRunRerun: endpoint({
    ...trial,
    path: "/taskapi/tasks/:id/rerun/dry-run/",
    summary: "What submitting the task once more would do, with fields of the body in place of the first one's.",
    params: z.object({ id: wholeNumber(1) }),
    body: rerunEdit,
    response: dryRun,
  }),
};
