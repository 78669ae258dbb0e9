import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { TaskDetail } from "../../contract/index.ts";
import { collect, wholeNumberOption } from "../arguments.ts";
import { type Attendance, attendTask } from "../attend.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { parseDurationSeconds } from "../duration.ts";
import { exitCodeOf } from "../exit-code.ts";
import { UsageError } from "../failure.ts";
import { readText } from "../input-text.ts";
import { printJson } from "../print/output.ts";
import { endSentence } from "../print/task.ts";
import { classifyWords, type Program, parseEnvironment } from "../program-words.ts";
import { type SignalWatch, watchSignals } from "../signals.ts";
import { type SubmissionBody, submitTask } from "../submit.ts";

export type RunOptions = {
  name?: string;
  description?: string;
  detach?: boolean;
  cwd?: string;
  env?: string[];
  stdinFile?: string;
  timeout?: number;
  script?: string;
  shell?: boolean;
  queue?: string;
  tag?: string[];
  priority?: number;
  json?: boolean;
};

const help = `
How the words after -- are understood:
  several words         a program and its arguments, executed without a shell:
                        utm run -- grep -r "two words" /etc
  one word              a program, too: utm run -- ./nightly.sh
  one word with blanks  a line for "sh -c": utm run -- 'make 2>&1 | tail -5'
  or shell characters
  --shell               all words joined with blanks, for "sh -c"
  no words, --name N    the demonstration: a task that only sleeps for a while

Options of utm stand before the first word; everything after it belongs to the command.
The command runs on the server's machine, with the environment you give it by --env alone.

While it runs, its output comes here (standard output and standard error together), also
across restarts of the server. Ctrl-C asks whether to kill it or to leave it; without a
terminal, SIGINT and SIGTERM kill the task and wait for its end.

Exit code: the task's own; 128+n when signal n ended it; 124 when it ran out of time;
126 not executable; 127 not found; 125 when utm failed or nobody knows how it ended;
2 for a wrong command line.

Examples:
  utm run -- make -j8
  utm run --timeout 2h --name "nightly backup" -- sh /srv/backup.sh
  utm run --cwd . --env CI=1 --env TOKEN -- npm test
  sort big.txt | utm run --stdin-file - -- wc -l
  id=$(utm run --detach -- ./long-one.sh) && utm wait "$id"
`;

export function declare(command: Command, deps: Deps): void {
  command
    .passThroughOptions()
    .argument("[command...]", "the program and its arguments, after --")
    .option("-n, --name <name>", "name of the task (default: the command's first words)")
    .option("--description <text>", "what it is for")
    .option("-d, --detach", "print the task's id and do not wait for it")
    .option("--cwd <directory>", "directory to run in; a relative one counts from here")
    .option(
      "-e, --env <name=value>",
      "variable for the task; NAME alone takes its value from here (repeatable)",
      collect,
    )
    .option("--stdin-file <file>", "text for the task's standard input; - reads it from here")
    .option("--timeout <duration>", "end it after this time, like 90s, 2m30s, 1.5h", parseDurationSeconds)
    .option("--script <file>", "run the text of this file, by its #! line; - reads it from here")
    .option("--shell", 'join all words and run them by "sh -c"')
    .option("--queue <name>", "queue to wait in")
    .option("-t, --tag <tag>", "tag to find it by (repeatable)", collect)
    .addOption(
      new Option("--priority <number>", "higher goes first").argParser(
        wholeNumberOption("--priority", Number.NEGATIVE_INFINITY),
      ),
    )
    .option("--json", "print the task as JSON when it is over (with --detach: at once) instead of its output")
    .addHelpText("after", help)
    .action(async (words: string[], options: RunOptions) => {
      deps.finish(await prepareAndRun(words, options, command, deps));
    });
  addConnectionOptions(command);
}

async function prepareAndRun(words: string[], options: RunOptions, command: Command, deps: Deps): Promise<number> {
  const body = await readSubmission(words, options, deps);
  return run(body, options, { ...deps, ...(await connect(command, deps)) });
}

/** Submits the task and, unless detached, stays with it until it is over. The exit code stands for its end. */
export async function run(
  body: SubmissionBody,
  options: Pick<RunOptions, "detach" | "json">,
  deps: Deps & Connection,
): Promise<number> {
  const onRetry = () => tell(deps, "connection lost, asking again whether the task was submitted");
  if (options.detach === true) {
    return printDetached(await submitTask(deps.client, body, { onRetry }), options, deps);
  }
  const signals = watchSignals(["SIGINT", "SIGTERM"]);
  try {
    const task = await submitTask(deps.client, body, { onRetry, signal: signals.impatience });
    return await attend(task, options, signals, deps);
  } finally {
    signals.stop();
  }
}

function printDetached(task: TaskDetail, options: Pick<RunOptions, "json">, deps: Deps): number {
  if (options.json === true) {
    printJson(deps, task);
    return 0;
  }
  deps.stdout.write(`${task.id}\n`);
  if (deps.stdout.isTTY === true && deps.stderr.isTTY === true) {
    tell(deps, `see its output with "utm logs -f ${task.id}"`);
  }
  return 0;
}

async function attend(
  task: TaskDetail,
  options: Pick<RunOptions, "json">,
  signals: SignalWatch,
  deps: Deps & Connection,
): Promise<number> {
  if (deps.stderr.isTTY === true) {
    tell(deps, `task ${task.id} submitted`);
  }
  const attendance = await attendOrSayWhich(task.id, options, signals, deps);
  if (!attendance.ended) {
    tell(deps, `task ${task.id} goes on; see its output with "utm logs -f ${task.id}"`);
    return 0;
  }
  if (options.json === true) {
    printJson(deps, attendance.task);
  }
  const exitCode = exitCodeOf(attendance.task);
  if (exitCode !== 0) {
    tell(deps, endSentence(attendance.task));
  }
  return exitCode;
}

/** A task we lose sight of may go on; then the person needs its id. */
async function attendOrSayWhich(
  taskId: number,
  options: Pick<RunOptions, "json">,
  signals: SignalWatch,
  deps: Deps & Connection,
): Promise<Attendance> {
  try {
    const showOutput = options.json !== true;
    return await attendTask(deps, { client: deps.client, taskId, signals, showOutput });
  } catch (error) {
    tell(deps, `lost sight of task ${taskId}, which may go on; see "utm show ${taskId}"`);
    throw error;
  }
}

/** The request for what was typed. Throws UsageError and CliFailure. */
async function readSubmission(words: string[], options: RunOptions, deps: Deps): Promise<SubmissionBody> {
  const program = await readProgram(words, options, deps);
  if (Object.keys(program).length === 0 && options.name === undefined) {
    throw new UsageError('Nothing to run. Write the command after --, like "utm run -- make -j8".');
  }
  return {
    ...program,
    name: options.name,
    description: options.description,
    cwd: options.cwd === undefined ? undefined : resolve(options.cwd),
    env: options.env === undefined ? undefined : parseEnvironment(options.env, deps.env),
    stdin: options.stdinFile === undefined ? undefined : await readText(options.stdinFile, deps),
    timeout_seconds: options.timeout,
    queue: options.queue,
    tags: options.tag,
    priority: options.priority,
  };
}

async function readProgram(words: string[], options: RunOptions, deps: Deps): Promise<Program> {
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
