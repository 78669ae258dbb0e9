import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { Connection } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { renderAttempts } from "../print/attempts.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { declareTaskView, type TaskViewOptions } from "../task-view.ts";

const help = `
Every attempt of the task with how it ended; a task without a retry policy has one.
"utm logs --attempt 1 ID" shows the output of one of them, "utm usage --attempt 1 ID" what it used.

Examples:
  utm attempts 42
  utm attempts --json 42 | jq '.[].exit_code'
`;

export function declare(command: Command, deps: Deps): void {
  declareTaskView(command, deps, help, run);
}

/** Lists the attempts of a task, the first one first. */
export async function run(options: TaskViewOptions, deps: Deps & Connection): Promise<number> {
  const attempts = await deps.client.call(contract.listAttempts, { params: { id: options.id } });
  if (options.json === true) {
    printJson(deps, attempts);
  } else if (attempts.length === 0) {
    tell(deps, `task ${options.id} has not started yet`);
  } else {
    deps.stdout.write(renderAttempts(attempts, tableOptions(deps)));
  }
  return 0;
}
