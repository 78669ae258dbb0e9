import type { Command } from "commander";
import { type Client, contract, Unreachable } from "../../client/client.ts";
import { followOutput } from "../../client/follow.ts";
import { type OutputStream, outputStreams } from "../../contract/index.ts";
import { parseTaskId, wholeNumberOption, wordOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../failure.ts";
import { lastLines } from "../last-lines.ts";
import { followPrinter, tellOfGap } from "../print/follow.ts";
import { printJson, writeBytes } from "../print/output.ts";

export type LogsOptions = {
  id: number;
  follow?: boolean;
  attempt?: number;
  tailLines?: number;
  stream?: OutputStream;
  json?: boolean;
};

const help = `
The bytes come as the task wrote them, standard output and standard error together.
Of a task that was run with --mark-stderr, --stream shows one of them alone; with --json, the whole
lines that have something of it.

Examples:
  utm logs 42
  utm logs --tail-lines 20 -f 42
  utm logs --attempt 1 42 > first-attempt.txt
  utm logs --stream stderr 42
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .option("-f, --follow", "stay and show what comes, until the task is over")
    .option("--attempt <number>", "of this attempt (default: the latest)", wholeNumberOption("--attempt", 1))
    .option("--tail-lines <number>", "begin with the last lines only", wholeNumberOption("--tail-lines", 0))
    .option(
      "--stream <which>",
      "stdout or stderr alone, of a task run with --mark-stderr; not with -f",
      wordOption("--stream", outputStreams),
    )
    .option("--json", "print numbered lines as JSON (with --tail-lines, the last ones)")
    .addHelpText("after", help)
    .action(async (id: number, options: Omit<LogsOptions, "id">) => {
      deps.finish(await run({ id, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Prints the output of a task; with `follow`, until the task is over. */
export async function run(options: LogsOptions, deps: Deps & Connection): Promise<number> {
  if (options.stream !== undefined && options.follow === true) {
    throw new UsageError(
      "--stream cannot be used with -f: which stream something came from is known only a moment after it came. Leave one of them out.",
    );
  }
  if (options.json === true) {
    printJson(deps, await fetchLines(options, deps.client));
    return 0;
  }
  if (options.stream !== undefined) {
    await printStream(options, deps);
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
  for await (const chunk of bytesOf(response, deps)) {
    await writeBytes(deps.stdout, chunk);
  }
}

/** The last lines of one stream are known only when all of it has been seen: its bytes have no places of their own. */
async function printStream({ id, attempt, stream, tailLines }: LogsOptions, deps: Deps & Connection): Promise<void> {
  const response = await deps.client.fetch(contract.getOutput, { params: { id }, query: { attempt, stream } });
  const bytes = bytesOf(response, deps);
  if (tailLines !== undefined) {
    await writeBytes(deps.stdout, await lastLines(bytes, tailLines));
    return;
  }
  for await (const chunk of bytes) {
    await writeBytes(deps.stdout, chunk);
  }
}

/** The bytes of an answer; says before them which ones the server no longer has. */
async function* bytesOf(response: Response, deps: Deps): AsyncGenerator<Uint8Array> {
  const gap = response.headers.get("X-Output-Gap");
  if (gap !== null) {
    tellOfGap(deps, gap);
  }
  if (response.body === null) {
    return;
  }
  try {
    for await (const chunk of response.body) {
      yield chunk;
    }
  } catch (error) {
    throw new Unreachable("The connection broke in the middle of the output.", { cause: error });
  }
}

async function fetchLines({ id, attempt, tailLines, stream }: LogsOptions, client: Client) {
  const lines = [];
  // Lines of one stream are counted from the beginning only.
  let from = tailLines === undefined || stream !== undefined ? 1 : -Math.max(1, tailLines);
  for (;;) {
    const query = { attempt, from, count: 5000, stream };
    const page = await client.call(contract.getOutputLines, { params: { id }, query });
    lines.push(...page.lines);
    if (page.next === null || tailLines === 0) {
      return {
        ...page,
        lines: tailLines === undefined ? lines : lines.slice(lines.length - Math.min(tailLines, lines.length)),
      };
    }
    if (tailLines !== undefined) {
      lines.splice(0, lines.length - tailLines);
    }
    from = page.next;
  }
}
