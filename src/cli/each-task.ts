import { ApiFailure } from "../client/client.ts";
import type { TaskDetail } from "../contract/index.ts";
import { type Deps, tell } from "./deps.ts";
import { failureExitCode } from "./failure.ts";
import { printJson } from "./print/output.ts";

export type EachTaskOptions = {
  ids: readonly number[];
  /** What is done, as in "there is no task 99 that you may kill". */
  verb: string;
  json?: boolean | undefined;
  act: (id: number) => Promise<TaskDetail>;
  /** What to print once it was done. */
  sentence: (task: TaskDetail) => string;
};

/** Does something to each task in turn. One that refuses is named on standard error, and the others follow all the same. */
export async function toEachTask(options: EachTaskOptions, deps: Deps): Promise<number> {
  const tasks: TaskDetail[] = [];
  for (const id of options.ids) {
    try {
      const task = await options.act(id);
      tasks.push(task);
      if (options.json !== true) {
        deps.stdout.write(`${options.sentence(task)}\n`);
      }
    } catch (error) {
      if (!(error instanceof ApiFailure) || !isAboutThisTask(error)) {
        throw error;
      }
      tell(deps, error.status === 404 ? `there is no task ${id} that you may ${options.verb}` : error.message);
    }
  }
  if (options.json === true) {
    printJson(deps, tasks);
  }
  return tasks.length === options.ids.length ? 0 : failureExitCode;
}

function isAboutThisTask(failure: ApiFailure): boolean {
  return failure.status === 404 || failure.status === 409 || failure.code === "node_silent";
}
