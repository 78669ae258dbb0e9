import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { TaskDetail } from "../../contract/index.ts";
import { collectTaskIds, parseSignal, secondsOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { toEachTask } from "../each-task.ts";
import { oneLine } from "../print/text.ts";

export type KillOptions = { ids: number[]; signal?: string; grace?: number; json?: boolean };

const help = `
Every process of the task gets the signal; what is left when the grace is over gets SIGKILL.
To send a signal and nothing else, use "utm signal".
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
    .option("--signal <name>", "first signal, by name (default: TERM)", parseSignal)
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
  const { ids, json } = options;
  const body = { signal: options.signal, grace_seconds: options.grace };
  const act = (id: number) => deps.client.call(contract.killTask, { params: { id }, body });
  return toEachTask({ ids, verb: "kill", json, act, sentence }, deps);
}

function sentence(task: TaskDetail): string {
  const state = task.status === "running" ? "is being killed" : `is ${task.status}`;
  return `task ${task.id} ${state}${task.reason === null ? "" : `: ${oneLine(task.reason)}`}`;
}
