import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { collectTaskIds } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { toEachTask } from "../each-task.ts";

export type ResumeOptions = { ids: number[]; json?: boolean };

const help = `
A task that is not suspended is named on standard error, the others are resumed all the same,
and the exit code is 125.

Examples:
  utm resume 42
  utm ls --status running             shows which ones are suspended
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id...>", "ids of the tasks", collectTaskIds)
    .option("--json", "print the tasks as a JSON array")
    .addHelpText("after", help)
    .action(async (ids: number[], options: Omit<ResumeOptions, "ids">) => {
      deps.finish(await run({ ids, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Lets each task go on; goes on after one that refuses. */
export async function run({ ids, json }: ResumeOptions, deps: Deps & Connection): Promise<number> {
  const act = (id: number) => deps.client.call(contract.resumeTask, { params: { id } });
  return toEachTask({ ids, verb: "resume", json, act, sentence: (task) => `task ${task.id} goes on` }, deps);
}
