import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { Connection } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { type Column, renderTable } from "../print/table.ts";
import { declareTaskView, type TaskViewOptions } from "../task-view.ts";

const help = `
What happened to the task, oldest first: starts, signals, kills, suspensions, retries, ends.

Examples:
  utm events 42
  utm events --json 42 | jq -r '.[] | select(.kind == "signal") | .at'
`;

export function declare(command: Command, deps: Deps): void {
  declareTaskView(command, deps, help, run);
}

const columns: readonly Column[] = [{ title: "TIME" }, { title: "WHAT" }, { title: "TEXT" }];

/** Prints the log of a task. */
export async function run(options: TaskViewOptions, deps: Deps & Connection): Promise<number> {
  const events = await deps.client.call(contract.listEvents, { params: { id: options.id } });
  if (options.json === true) {
    printJson(deps, events);
    return 0;
  }
  const rows = events.map(({ at, kind, text }) => [{ text: at }, { text: kind.replaceAll("_", " ") }, { text }]);
  // The text is what one came for: it is never cut.
  deps.stdout.write(renderTable(columns, rows, { ...tableOptions(deps), width: null }));
  return 0;
}
