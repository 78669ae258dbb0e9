import { z } from "zod";
import { freeText, label, processText, processValue, timeInput } from "./fields.ts";
import { limits, retry, sandboxModes, terminalSize } from "./task-policy.ts";

/**
 * What can be submitted. A program's single argument may be 128 KiB on Linux (MAX_ARG_STRLEN), which bounds `command`,
 * each `argv` and each variable; longer programs go into `script`, longer data into `stdin`.
 */
export const maxArgumentBytes = 131_000;
export const maxScriptBytes = 1_048_576;
export const maxStdinBytes = 2_097_152;
export const maxNameCharacters = 255;
/** Half a year. A longer time-out is a mistake (milliseconds for seconds, say); a task that may run for ever has none. */
export const maxTimeoutSeconds = 15_552_000;

const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const environment = z
  .record(z.string(), processValue(maxArgumentBytes))
  .refine((env) => Object.keys(env).every((name) => environmentName.test(name)), {
    error: "Names of variables are letters, digits and underscores, and do not start with a digit.",
  })
  .refine((env) => !Object.keys(env).some((name) => name.startsWith("UTM_")), {
    error: "Names that start with UTM_ are set by the server.",
  })
  .refine((env) => Object.keys(env).length <= 1000, { error: "Ensure this field has no more than 1000 variables." });

const script = z.object({
  body: processText(maxScriptBytes),
  interpreter: processText(4096).nullish(),
});

const argv = z
  .array(processValue(maxArgumentBytes))
  .min(1)
  .max(10_000)
  .refine((words) => words[0] !== "", { error: "The first word, the program, may not be empty." });

/** Fields whose names are fixed, but which this version cannot honour: refused, never ignored. */
const notYet = z
  .any()
  .refine((value) => value === undefined || value === null, { error: "Not available in this version." })
  .meta({ description: "Reserved: not available in this version." })
  .optional();

export const tag = label(64);

/** What is said of a node, and asked of one. */
export const nodeLabelPattern = /^[a-z0-9._=-]{1,63}$/;
const nodeLabel = z.string().regex(nodeLabelPattern, {
  error: "A label is 1 to 63 small letters, digits, dots, underscores, dashes and equals signs.",
});

const fields = z.object({
  name: label(maxNameCharacters).optional(),
  description: freeText(10_000).nullish(),
  command: processText(maxArgumentBytes).nullish(),
  argv: argv.nullish(),
  script: script.nullish(),
  cwd: processText(4096)
    .refine((path) => path.startsWith("/"), { error: "Use an absolute path, one that starts with /." })
    .nullish(),
  env: environment.nullish(),
  stdin: processValue(maxStdinBytes).nullish(),
  queue: label(100).nullish(),
  priority: z.int().min(-1_000_000).max(1_000_000).nullish(),
  run_at: timeInput().nullish(),
  tags: z.array(tag).max(50).nullish(),
  timeout_seconds: z
    .number()
    .positive({ error: "Ensure this value is greater than 0." })
    .max(maxTimeoutSeconds, {
      error: `Ensure this value is less than or equal to ${maxTimeoutSeconds} (180 days), or leave it out for no limit.`,
    })
    .nullish(),
  kill_grace_seconds: z.number().min(0).max(86_400).nullish(),
  template: notYet,
  params: notYet,
  retry: retry.nullish(),
  limits: limits.nullish(),
  after: notYet,
  array: notYet,
  sandbox: z.enum(sandboxModes).nullish(),
  /** A terminal for it: `true`, or its size. */
  pty: z
    .union([z.boolean(), terminalSize], { error: "Must be a valid boolean or an object with columns and rows." })
    .nullish(),
  /** What it writes to standard error is marked in its output; the order of the two streams is then not exact. */
  mark_stderr: z.boolean().nullish(),
  /** Standard input stays open while it runs: more can be sent, until its end is. `stdin` comes first. */
  input: z.boolean().nullish(),
  /** Name of the only node that may run it. */
  node: label(255).nullish(),
  /** Labels a node must have, all of them, to run it. */
  labels: z.array(nodeLabel).max(16).nullish(),
});

const programs = ["command", "argv", "script"] as const;

/** A submission. With no program given, the task runs the demonstration sleep, and then it needs a name. */
export const submission = fields
  .refine((task) => programs.filter((key) => task[key] != null).length <= 1, {
    error: "Give only one of command, argv and script.",
  })
  .refine((task) => task.mark_stderr !== true || task.pty == null || task.pty === false, {
    error: "A terminal has one stream only: give it a terminal (pty), or have its standard error marked, not both.",
    path: ["mark_stderr"],
  })
  .refine((task) => task.name !== undefined || programs.some((key) => task[key] != null), {
    error: "This field is required.",
    path: ["name"],
  });

export type Submission = z.output<typeof submission>;

/** What a rerun changes of the task it repeats: some fields of a submission, or none. */
export const rerunEdit = fields.partial().nullish();
export type RerunEdit = z.output<typeof rerunEdit>;

/** What can be changed later. */
export const taskEdit = z.object({ name: label(maxNameCharacters), description: freeText(10_000).nullish() });

/** The first words of a program, as a name for a task that was given none. */
export function suggestName(task: Pick<Submission, "command" | "argv" | "script">): string {
  const text = task.command ?? task.argv?.join(" ") ?? firstScriptLine(task.script?.body ?? "");
  const line = text.trim().split(/\s+/).slice(0, 6).join(" ");
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

function firstScriptLine(body: string): string {
  const lines = body.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("#")) ?? lines[0] ?? "script";
}
