import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { rerunEdit, type TaskDetail } from "../../contract/index.ts";
import { parseTaskId } from "../arguments.ts";
import { checkBody } from "../check-body.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { printDryRun } from "../print/dry-run.ts";
import type { SubmissionBody } from "../submit.ts";
import { submitAndAttend } from "../submit-and-attend.ts";
import { addTaskOptions, readTask, type TaskOptions } from "../task-options.ts";

export type RerunOptions = TaskOptions & {
  id: number;
  words: string[];
  follow?: boolean;
  dryRun?: boolean;
  json?: boolean;
};

const help = `
A new task with everything the first one was given: program, directory, variables, input, limits
and so on. What you give here replaces it, one thing at a time (--env and --tag replace all of
theirs). "none" takes a limit or a time-out away, --retry 0 the retries. The new task is yours.

Prints the id of the new task. With -f it stays with it, as "utm run" does, and exits as it did.

Examples:
  utm rerun 42
  utm rerun -f 42
  utm rerun 42 --memory 4G --timeout none
  utm rerun 42 --name "once more, verbose" -- make -j8 V=1
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .argument("[command...]", "another program and its arguments, after --")
    .option("-f, --follow", "stay with it, as utm run does")
    .option("--dry-run", "say what would run, as whom, where and with which limits, and submit nothing")
    .option("--json", "print the new task as JSON (with --follow: when it is over, instead of its output)");
  addTaskOptions(command)
    .addHelpText("after", help)
    .action(async (id: number, words: string[], options: Omit<RerunOptions, "id" | "words">) => {
      deps.finish(await run({ id, words, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Submits the task once more; prints the new id, or stays with the new task. */
export async function run(options: RerunOptions, deps: Deps & Connection): Promise<number> {
  const { id, words } = options;
  const first: TaskDetail = await deps.client.call(contract.getTask, { params: { id } });
  const body: SubmissionBody = await readTask(words, options, deps, first);
  checkBody(rerunEdit, body);
  if (options.dryRun === true) {
    return printDryRun(await deps.client.call(contract.dryRunRerun, { params: { id }, body }), options, deps);
  }
  return submitAndAttend(
    (request) => deps.client.call(contract.rerunTask, { params: { id }, body }, request),
    { isDetached: options.follow !== true, json: options.json === true, input: "none" },
    deps,
  );
}
