import type { Command } from "commander";
import { type Client, contract } from "../../client/client.ts";
import { followOutput } from "../../client/follow.ts";
import { isOver, type TaskDetail } from "../../contract/index.ts";
import { collectTaskIds } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followPrinter } from "../print/follow.ts";
import { printJson } from "../print/output.ts";
import { endSentence } from "../print/task.ts";

export type WaitOptions = { ids: number[]; json?: boolean };

const help = `
Says nothing about tasks that ended with exit code 0; how the others ended goes to standard error.

Exit code: 0 when every task ended with 0, else that of the first one, in the order given, that did
not; as "utm run" gives it.

Examples:
  utm wait 42
  utm wait 42 43 44 && echo all done
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id...>", "ids of the tasks", collectTaskIds)
    .option("--json", "print the tasks as a JSON array when all are over")
    .addHelpText("after", help)
    .action(async (ids: number[], options: { json?: boolean }) => {
      deps.finish(await run({ ids, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Waits until every task is over, whatever happens to the connection. */
export async function run(options: WaitOptions, deps: Deps & Connection): Promise<number> {
  const tasks: TaskDetail[] = [];
  let exitCode = 0;
  for (const id of options.ids) {
    const task = await waitFor(id, deps.client, deps);
    const code = exitCodeOf(task);
    if (code !== 0) {
      tell(deps, endSentence(task));
    }
    exitCode = exitCode === 0 ? code : exitCode;
    tasks.push(task);
  }
  if (options.json === true) {
    printJson(deps, tasks);
  }
  return exitCode;
}

/** The end of the task's output stream is its end; beginning after what was written already keeps the stream short. */
async function waitFor(id: number, client: Client, deps: Deps): Promise<TaskDetail> {
  const task = await client.call(contract.getTask, { params: { id } });
  if (isOver(task.status)) {
    return task;
  }
  const print = followPrinter(deps, { from: task.output_bytes, showOutput: false });
  for await (const event of followOutput(client, id, { offset: task.output_bytes })) {
    if (event.kind === "end") {
      return event.task;
    }
    await print(event);
  }
  return client.call(contract.getTask, { params: { id } });
}
