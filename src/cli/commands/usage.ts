import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { parseTaskId, wholeNumberOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { renderUsage } from "../print/usage.ts";

export type UsageOptions = { id: number; attempt?: number; json?: boolean };

const help = `
What all processes of an attempt used together, and how it went over time; of a running one, so far.

Examples:
  utm usage 42
  utm usage --attempt 1 42
  utm usage --json 42 | jq '.points[].rss_bytes'
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .option("--attempt <number>", "of this attempt (default: the latest)", wholeNumberOption("--attempt", 1))
    .option("--json", "print the points over time as JSON")
    .addHelpText("after", help)
    .action(async (id: number, options: Omit<UsageOptions, "id">) => {
      deps.finish(await run({ id, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Prints the figures of an attempt and a chart of them. */
export async function run(options: UsageOptions, deps: Deps & Connection): Promise<number> {
  const params = { id: options.id };
  const series = await deps.client.call(contract.getUsage, { params, query: { attempt: options.attempt } });
  if (options.json === true) {
    printJson(deps, series);
    return 0;
  }
  const attempts = await deps.client.call(contract.listAttempts, { params });
  const attempt = attempts.find(({ number }) => number === series.attempt);
  if (attempt === undefined) {
    tell(deps, `task ${options.id} has not started yet`);
    return 0;
  }
  deps.stdout.write(renderUsage(attempt, series, tableOptions(deps)));
  return 0;
}
