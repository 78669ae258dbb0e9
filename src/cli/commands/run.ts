import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { submission } from "../../contract/index.ts";
import { checkBody } from "../check-body.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../failure.ts";
import { printDryRun } from "../print/dry-run.ts";
import type { SubmissionBody } from "../submit.ts";
import { submitAndAttend } from "../submit-and-attend.ts";
import { addTaskOptions, readTask, type TaskOptions } from "../task-options.ts";

export type RunOptions = TaskOptions & { detach?: boolean; interactive?: boolean; dryRun?: boolean; json?: boolean };

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

With -i what comes on standard input here goes to the task as it comes, any bytes and any
amount, and its end too. With --pty and a terminal, every key goes to the task, Ctrl-C too;
~. at the start of a line leaves it running. The terminal keeps the size it has at the start.

With --mark-stderr the web page and "utm logs --stream stderr" tell the two streams apart; what is
written to both within about a millisecond may then change places.

With --retry the next attempts follow here as well, and the exit code is the last one's.

Exit code: the task's own; 128+n when signal n ended it; 124 when it ran out of time;
126 not executable; 127 not found; 125 when utm failed or nobody knows how it ended;
2 for a wrong command line.

Examples:
  utm run -- make -j8
  utm run --timeout 2h --name "nightly backup" -- sh /srv/backup.sh
  utm run --cwd . --env CI=1 --env TOKEN -- npm test
  sort big.txt | utm run --stdin-file - -- wc -l
  tar c . | utm run -i -- 'tar x -C /backup'
  utm run -i --pty -- top
  utm run --dry-run --memory 2G -- ./fetch.sh
  utm run --retry 2 --retry-delay 1m --memory 2G --sandbox -- ./fetch.sh
  id=$(utm run --detach -- ./long-one.sh) && utm wait "$id"
`;

export function declare(command: Command, deps: Deps): void {
  command
    .passThroughOptions()
    .argument("[command...]", "the program and its arguments, after --")
    .option("-d, --detach", "print the task's id and do not wait for it")
    .option("-i, --interactive", "send it what comes on standard input here, as it comes")
    .option("--dry-run", "say what would run, as whom, where and with which limits, and submit nothing")
    .option("--json", "print the task as JSON when it is over (with --detach: at once) instead of its output");
  addTaskOptions(command)
    .addHelpText("after", help)
    .action(async (words: string[], options: RunOptions) => {
      deps.finish(await prepareAndRun(words, options, command, deps));
    });
  addConnectionOptions(command);
}

async function prepareAndRun(words: string[], options: RunOptions, command: Command, deps: Deps): Promise<number> {
  refuseContradictions(words, options);
  const body = await readTask(words, options, deps, { retry: null, limits: null });
  const submitted = options.interactive === true ? { ...body, input: true } : body;
  checkBody(submission, submitted);
  if (options.dryRun === true) {
    const { client } = await connect(command, deps);
    return printDryRun(await client.call(contract.dryRunTask, { body: submitted }), options, deps);
  }
  return run(submitted, options, { ...deps, ...(await connect(command, deps)) });
}

/** Submits the task and, unless detached, stays with it until it is over. The exit code stands for its end. */
export async function run(
  body: SubmissionBody,
  options: Pick<RunOptions, "detach" | "interactive" | "pty" | "json">,
  deps: Deps & Connection,
): Promise<number> {
  const isInteractive = options.interactive === true;
  const isTerminal = options.pty === true && deps.stdin.isTTY === true;
  return submitAndAttend(
    (request) => deps.client.call(contract.createTask, { body }, request),
    {
      isDetached: options.detach === true,
      json: options.json === true,
      input: !isInteractive ? "none" : isTerminal ? "keys" : "stream",
    },
    deps,
  );
}

function refuseContradictions(words: string[], options: RunOptions): void {
  if (words.length === 0 && options.script === undefined && options.name === undefined && options.shell !== true) {
    throw new UsageError('Nothing to run. Write the command after --, like "utm run -- make -j8".');
  }
  if (options.interactive !== true) {
    return;
  }
  if (options.detach === true) {
    throw new UsageError('-i stays with the task, --detach leaves it. With --detach --input, use "utm send" later.');
  }
  if (options.stdinFile === "-" || options.script === "-") {
    throw new UsageError("-i reads standard input, so nothing else can read it: give --stdin-file or --script a file.");
  }
  if ((options.retry ?? 0) > 0) {
    throw new UsageError(
      "-i cannot be used with --retry: a second attempt would not get the input that the first one has read. Use --stdin-file.",
    );
  }
}
