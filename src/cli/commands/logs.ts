import type { Command } from "commander";
import { type Client, contract, Unreachable } from "../../client/client.ts";
import { followOutput } from "../../client/follow.ts";
import { parseTaskId, wholeNumberOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { followPrinter, tellOfGap } from "../print/follow.ts";
import { printJson, writeBytes } from "../print/output.ts";

export type LogsOptions = { id: number; follow?: boolean; attempt?: number; tailLines?: number; json?: boolean };

const help = `
The bytes come as the task wrote them, standard output and standard error together.

Examples:
  utm logs 42
  utm logs --tail-lines 20 -f 42
  utm logs --attempt 1 42 > first-attempt.txt
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .option("-f, --follow", "stay and show what comes, until the task is over")
    .option("--attempt <number>", "of this attempt (default: the latest)", wholeNumberOption("--attempt", 1))
    .option("--tail-lines <number>", "begin with the last lines only", wholeNumberOption("--tail-lines", 0))
    .option("--json", "print numbered lines as JSON (with --tail-lines, the last ones)")
    .addHelpText("after", help)
    .action(async (id: number, options: Omit<LogsOptions, "id">) => {
      deps.finish(await run({ id, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Prints the output of a task; with `follow`, until the task is over. */
export async function run(options: LogsOptions, deps: Deps & Connection): Promise<number> {
  if (options.json === true) {
    printJson(deps, await fetchLines(options, deps.client));
    return 0;
  }
  const offset = await firstOffset(options, deps.client);
  if (options.follow === true) {
    return follow(options, offset, deps);
  }
  if (offset !== null) {
    await printFrom(options, offset, deps);
  }
  return 0;
}

/** Where to begin: null when nothing of what is there now is wanted. */
async function firstOffset({ id, attempt, tailLines }: LogsOptions, client: Client): Promise<number | null> {
  if (tailLines === undefined) {
    return 0;
  }
  if (tailLines === 0) {
    return null;
  }
  const query = { attempt, from: -tailLines, count: 1 };
  const page = await client.call(contract.getOutputLines, { params: { id }, query });
  return page.lines[0]?.offset ?? 0;
}

async function follow(options: LogsOptions, from: number | null, deps: Deps & Connection): Promise<number> {
  const { id, attempt } = options;
  const offset = from ?? (await endOffset(options, deps.client));
  const print = followPrinter(deps, { from: offset, showOutput: true });
  for await (const event of followOutput(deps.client, id, { attempt, offset })) {
    await print(event);
  }
  return 0;
}

async function endOffset({ id, attempt }: LogsOptions, client: Client): Promise<number> {
  const attempts = await client.call(contract.listAttempts, { params: { id } });
  const wanted = attempt === undefined ? attempts.at(-1) : attempts.find(({ number }) => number === attempt);
  return wanted?.output_bytes ?? 0;
}

async function printFrom({ id, attempt }: LogsOptions, offset: number, deps: Deps & Connection): Promise<void> {
  const headers: Record<string, string> = offset === 0 ? {} : { Range: `bytes=${offset}-` };
  const response = await deps.client.fetch(contract.getOutput, { params: { id }, query: { attempt } }, { headers });
  const gap = response.headers.get("X-Output-Gap");
  if (gap !== null) {
    tellOfGap(deps, gap);
  }
  if (response.body === null) {
    return;
  }
  try {
    for await (const chunk of response.body) {
      await writeBytes(deps.stdout, chunk);
    }
  } catch (error) {
    throw new Unreachable("The connection broke in the middle of the output.", { cause: error });
  }
}

async function fetchLines({ id, attempt, tailLines }: LogsOptions, client: Client) {
  const lines = [];
  let from = tailLines === undefined ? 1 : -Math.max(1, tailLines);
  for (;;) {
    const query = { attempt, from, count: 5000 };
    const page = await client.call(contract.getOutputLines, { params: { id }, query });
    const last = page.lines.at(-1);
    lines.push(...(tailLines === 0 ? [] : page.lines));
    if (last === undefined || last.number >= page.total || tailLines === 0) {
      return { ...page, lines };
    }
    from = last.number + 1;
  }
}
