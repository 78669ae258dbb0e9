import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { parseTaskId } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../failure.ts";
import { printJson } from "../print/output.ts";
import { oneLine } from "../print/text.ts";

export type EditOptions = { id: number; name?: string; description?: string; json?: boolean };

const help = `
Examples:
  utm edit 42 --name "nightly backup"
  utm edit 42 --description ""
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .option("--name <name>", "its new name")
    .option("--description <text>", "its new description")
    .option("--json", "print the task as JSON")
    .addHelpText("after", help)
    .action(async (id: number, options: Omit<EditOptions, "id">) => {
      if (options.name === undefined && options.description === undefined) {
        throw new UsageError("Nothing to change. Give --name or --description.");
      }
      deps.finish(await run({ id, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Changes name or description; what is not given stays. */
export async function run(options: EditOptions, deps: Deps & Connection): Promise<number> {
  const body = { name: options.name, description: options.description };
  const task = await deps.client.call(contract.updateTask, { params: { id: options.id }, body });
  if (options.json === true) {
    printJson(deps, task);
  } else {
    deps.stdout.write(`task ${task.id} is now "${oneLine(task.name)}"\n`);
  }
  return 0;
}
