import type { Command } from "commander";
import { parseTaskId } from "./arguments.ts";
import { addConnectionOptions, type Connection, connect } from "./connection.ts";
import type { Deps } from "./deps.ts";

export type TaskViewOptions = { id: number; json?: boolean };

/** Declares a command that shows something of one task: by its id, as a text or as JSON. */
export function declareTaskView(
  command: Command,
  deps: Deps,
  help: string,
  run: (options: TaskViewOptions, deps: Deps & Connection) => Promise<number>,
): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (id: number, options: { json?: boolean }) => {
      deps.finish(await run({ id, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}
