import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { collectTaskIds } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { toEachTask } from "../each-task.ts";

export type SuspendOptions = { ids: number[]; json?: boolean };

const help = `
Every process of the task stops where it is, keeps its memory, and uses no processor until
"utm resume". Its time-out waits meanwhile. A task that cannot be suspended is named on standard
error, the others are suspended all the same, and the exit code is 125.

Examples:
  utm suspend 42
  utm suspend 42 43 && ./something-urgent.sh; utm resume 42 43
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id...>", "ids of the tasks", collectTaskIds)
    .option("--json", "print the tasks as a JSON array")
    .addHelpText("after", help)
    .action(async (ids: number[], options: Omit<SuspendOptions, "ids">) => {
      deps.finish(await run({ ids, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Suspends each task; goes on after one that refuses. */
export async function run({ ids, json }: SuspendOptions, deps: Deps & Connection): Promise<number> {
  const act = (id: number) => deps.client.call(contract.suspendTask, { params: { id } });
  return toEachTask({ ids, verb: "suspend", json, act, sentence: (task) => `task ${task.id} is suspended` }, deps);
}
