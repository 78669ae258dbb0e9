import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { SignalName, TaskDetail } from "../../contract/index.ts";
import { parseSignal, parseTaskId } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { printJson } from "../print/output.ts";

export type SignalOptions = { id: number; signal: SignalName; all?: boolean; json?: boolean };

const help = `
The signal, and nothing else: what it does is up to the program. To end a task use "utm kill",
which goes on to SIGKILL and makes sure that nothing is left; to stop and continue one use
"utm suspend" and "utm resume".

Examples:
  utm signal 42 HUP                   reload your configuration
  utm signal 42 USR1 --all
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .argument("<signal>", "its name, with or without SIG", parseSignal)
    .option("--all", "to every process of the task (default: to the program itself)")
    .option("--json", "print the task as JSON")
    .addHelpText("after", help)
    .action(async (id: number, signal: SignalName, options: Pick<SignalOptions, "all" | "json">) => {
      deps.finish(await run({ id, signal, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Sends one signal to one task. */
export async function run(options: SignalOptions, deps: Deps & Connection): Promise<number> {
  const { id, signal } = options;
  const isForAll = options.all === true;
  const body = { signal, to: isForAll ? ("all" as const) : ("main" as const) };
  const task: TaskDetail = await deps.client.call(contract.signalTask, { params: { id }, body });
  if (options.json === true) {
    printJson(deps, task);
  } else {
    deps.stdout.write(`${signal} sent to ${isForAll ? "every process" : "the program"} of task ${id}\n`);
  }
  return 0;
}
