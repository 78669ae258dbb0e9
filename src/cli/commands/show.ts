import type { Command } from "commander";
import { type Client, contract } from "../../client/client.ts";
import type { Connection } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { renderAttempts } from "../print/attempts.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { renderTask } from "../print/task.ts";
import { declareTaskView, type TaskViewOptions } from "../task-view.ts";

const help = `
Examples:
  utm show 42
  utm show --json 42 | jq .reason
`;

export function declare(command: Command, deps: Deps): void {
  declareTaskView(command, deps, help, run);
}

/** Prints everything about one task, and its attempts when there was more than one. */
export async function run(options: TaskViewOptions, deps: Deps & Connection): Promise<number> {
  const params = { id: options.id };
  const task = await deps.client.call(contract.getTask, { params });
  if (options.json === true) {
    printJson(deps, task);
    return 0;
  }
  const look = tableOptions(deps);
  const suspendedSince = task.suspended ? await findSuspension(deps.client, task.id) : null;
  deps.stdout.write(renderTask(task, Date.now(), look.paint, suspendedSince));
  if (task.attempt > 1) {
    const attempts = await deps.client.call(contract.listAttempts, { params });
    deps.stdout.write(`\n${renderAttempts(attempts, look)}`);
  }
  return 0;
}

/** When it was suspended last: its log of events knows. */
async function findSuspension(client: Client, id: number): Promise<string | null> {
  const events = await client.call(contract.listEvents, { params: { id } });
  return events.findLast(({ kind }) => kind === "suspended")?.at ?? null;
}
