import type { Command } from "commander";
import { ApiFailure, contract } from "../../client/client.ts";
import { signalNames, type TaskDetail } from "../../contract/index.ts";
import { collectTaskIds, secondsOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { failureExitCode, UsageError } from "../failure.ts";
import { printJson } from "../print/output.ts";
import { oneLine } from "../print/text.ts";

export type KillOptions = { ids: number[]; signal?: string; grace?: number; json?: boolean };

const help = `
Every process of the task gets the signal; what is left when the grace is over gets SIGKILL.
The answer comes at once; "utm wait" waits for the end. A task that is over, or not yours to
kill, is named on standard error, the others are killed all the same, and the exit code is 125.

Examples:
  utm kill 42
  utm kill --signal INT --grace 60 42 43
  utm kill --signal KILL 42
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id...>", "ids of the tasks", collectTaskIds)
    .option("--signal <name>", "first signal: TERM (default), INT, HUP, QUIT, USR1, USR2 or KILL", parseSignal)
    .option("--grace <seconds>", "time between that signal and SIGKILL (default: the task's)", secondsOption("--grace"))
    .option("--json", "print the tasks as a JSON array")
    .addHelpText("after", help)
    .action(async (ids: number[], options: Omit<KillOptions, "ids">) => {
      deps.finish(await run({ ids, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Orders the kill of each task; goes on after a task that refuses. */
export async function run(options: KillOptions, deps: Deps & Connection): Promise<number> {
  const body = { signal: options.signal, grace_seconds: options.grace };
  const tasks: TaskDetail[] = [];
  for (const id of options.ids) {
    try {
      const task = await deps.client.call(contract.killTask, { params: { id }, body });
      tasks.push(task);
      if (options.json !== true) {
        const state = task.status === "running" ? "is being killed" : `is ${task.status}`;
        deps.stdout.write(`task ${id} ${state}${task.reason === null ? "" : `: ${oneLine(task.reason)}`}\n`);
      }
    } catch (error) {
      if (!(error instanceof ApiFailure) || (error.status !== 404 && error.status !== 409)) {
        throw error;
      }
      tell(deps, error.status === 404 ? `there is no task ${id} that you may kill` : error.message);
    }
  }
  if (options.json === true) {
    printJson(deps, tasks);
  }
  return tasks.length === options.ids.length ? 0 : failureExitCode;
}

function parseSignal(text: string): string {
  const upper = text.toUpperCase();
  const name = signalNames.find((known) => known === upper || known === `SIG${upper}`);
  if (name === undefined) {
    const known = signalNames.map((signal) => signal.slice(3)).join(", ");
    throw new UsageError(`"${text}" is not a signal that can be sent. Use one of ${known}.`);
  }
  return name;
}
