import { resolve } from "node:path";
import type { Command } from "commander";
import type { Limits, Retry } from "../contract/index.ts";
import { collect, nullForNone, orNone, wholeNumberOption } from "./arguments.ts";
import type { Deps } from "./deps.ts";
import { parseDelaySeconds, parseDurationSeconds, parseStart } from "./duration.ts";
import { UsageError } from "./failure.ts";
import { readText } from "./input-text.ts";
import { addPolicyOptions, type PolicyOptions, readPolicy } from "./policy-options.ts";
import { classifyWords, type Program, parseEnvironment } from "./program-words.ts";
import type { SubmissionBody } from "./submit.ts";

/** What a task is: the options that `run` and `rerun` share. */
export type TaskOptions = PolicyOptions & {
  name?: string;
  description?: string;
  cwd?: string;
  env?: string[];
  stdinFile?: string;
  timeout?: number | "none";
  grace?: number;
  at?: string;
  script?: string;
  shell?: boolean;
  queue?: string;
  tag?: string[];
  node?: string;
  label?: string[];
  priority?: number;
};

export function addTaskOptions(command: Command): Command {
  command
    .option("-n, --name <name>", "name of the task (default: the command's first words)")
    .option("--description <text>", "what it is for")
    .option("--cwd <directory>", "directory to run in; a relative one counts from here")
    .option(
      "-e, --env <name=value>",
      "variable for the task; NAME alone takes its value from here (repeatable)",
      collect,
    )
    .option("--stdin-file <file>", "text for the task's standard input; - reads it from here")
    .option(
      "--timeout <duration>",
      "end it after this time, like 90s, 2m30s, 1.5h; none for no limit",
      orNone(parseDurationSeconds),
    )
    .option("--grace <duration>", "time between SIGTERM and SIGKILL when it is ended (default: 10s)", parseDelaySeconds)
    .option("--at <when>", "start it then and not before: 2h from now, or 2026-04-01T12:00:00Z", (text: string) =>
      parseStart(text, Date.now()),
    )
    .option("--script <file>", "run the text of this file, by its #! line; - reads it from here")
    .option("--shell", 'join all words and run them by "sh -c"')
    .option("--queue <name>", "queue to wait in")
    .option("--node <name>", "run it on this node and no other; none for any")
    .option("--label <label>", "run it on a node that has this label (repeatable); none for any node", collect)
    .option("-t, --tag <tag>", "tag to find it by (repeatable)", collect)
    .option("--priority <number>", "higher goes first", wholeNumberOption("--priority", Number.NEGATIVE_INFINITY));
  return addPolicyOptions(command);
}

/**
 * The fields of a submission for what was typed; `former` is the policy of a task that is submitted once more. Throws
 * UsageError and CliFailure.
 */
export async function readTask(
  words: string[],
  options: TaskOptions,
  deps: Deps,
  former: { retry: Retry | null; limits: Limits | null },
): Promise<SubmissionBody> {
  const program = await readProgram(words, options, deps);
  return {
    ...program,
    name: options.name,
    description: options.description,
    cwd: options.cwd === undefined ? undefined : resolve(options.cwd),
    env: options.env === undefined ? undefined : parseEnvironment(options.env, deps.env),
    stdin: options.stdinFile === undefined ? undefined : await readText(options.stdinFile, deps),
    timeout_seconds: nullForNone(options.timeout),
    kill_grace_seconds: options.grace,
    run_at: options.at,
    queue: options.queue,
    tags: options.tag,
    node: nullForNone(options.node),
    labels: options.label?.[0] === "none" ? [] : options.label,
    priority: options.priority,
    ...readPolicy(options, deps, former),
  };
}

async function readProgram(words: string[], options: TaskOptions, deps: Deps): Promise<Program> {
  if (options.script === undefined) {
    return classifyWords(words, options.shell === true);
  }
  if (words.length > 0 || options.shell === true) {
    throw new UsageError("Give a --script or a command, not both; a script takes no arguments.");
  }
  if (options.script === "-" && options.stdinFile === "-") {
    throw new UsageError("--script - and --stdin-file - cannot both read standard input.");
  }
  return { script: { body: await readText(options.script, deps) } };
}
