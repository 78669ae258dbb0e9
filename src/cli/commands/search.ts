import type { Command } from "commander";
import { type Client, contract } from "../../client/client.ts";
import { maxContextLines, maxMatchesPerAnswer, type OutputMatches } from "../../contract/index.ts";
import { parseTaskId, wholeNumberOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { UsageError } from "../failure.ts";
import { painter } from "../print/colour.ts";
import { renderMatches } from "../print/matches.ts";
import { printJson } from "../print/output.ts";

export type SearchOptions = {
  id: number;
  text: string;
  regex?: boolean;
  ignoreCase?: boolean;
  before?: number;
  after?: number;
  context?: number;
  attempt?: number;
  limit: number;
  json?: boolean;
};

const nothingFoundExitCode = 1;

const help = `
Lines come with their numbers, like those of grep -n. Exit code 0: found; 1: nothing found; 125: an error of ours.
A regular expression is one of JavaScript, with Unicode; it sees one line at a time.

Examples:
  utm search 42 error
  utm search 42 -i -C 2 'no such file'
  utm search 42 -E '^(warn|error):'
  utm search --json 42 error | jq .total
`;

export function declare(command: Command, deps: Deps): void {
  const contextOption = (name: string) => {
    const parse = wholeNumberOption(name, 0);
    return (text: string) => checkContext(name, parse(text));
  };
  command
    .argument("<id>", "the task's id", parseTaskId)
    .argument("<text>", "what to look for")
    .option("-E, --regex", "the text is a regular expression")
    .option("-i, --ignore-case", "capital and small letters are the same")
    .option("-B, --before <lines>", "show lines before each match", contextOption("--before"))
    .option("-A, --after <lines>", "show lines after each match", contextOption("--after"))
    .option("-C, --context <lines>", "show lines before and after each match", contextOption("--context"))
    .option("--attempt <number>", "of this attempt (default: the latest)", wholeNumberOption("--attempt", 1))
    .option("--limit <number>", "show at most this many matches", wholeNumberOption("--limit", 1), maxMatchesPerAnswer)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (id: number, text: string, options: Omit<SearchOptions, "id" | "text">) => {
      deps.finish(await run({ id, text, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Prints the lines of a task's output that match. */
export async function run(options: SearchOptions, deps: Deps & Connection): Promise<number> {
  const found = await fetchMatches(options, deps.client);
  if (options.json === true) {
    printJson(deps, found);
  } else {
    deps.stdout.write(renderMatches(found.matches, contextOf(options), painter(deps.stdout, deps.env)));
    if (found.truncated) {
      const count = found.matches.length;
      tell(deps, `${found.total} lines match; these are ${count} of them. Show more with --limit.`);
    }
  }
  return found.total === 0 ? nothingFoundExitCode : 0;
}

/** Asks on until there are as many as wanted, or no more. */
async function fetchMatches(options: SearchOptions, client: Client): Promise<OutputMatches> {
  const { id, text: q, regex, ignoreCase, attempt, limit } = options;
  const flags = { regex: regex ? ("1" as const) : undefined, ignore_case: ignoreCase ? ("1" as const) : undefined };
  const matches: OutputMatches["matches"] = [];
  let from = 1;
  for (;;) {
    const wanted = Math.min(limit - matches.length, maxMatchesPerAnswer);
    const query = { q, ...flags, ...contextOf(options), attempt, from, limit: wanted };
    const page = await client.call(contract.searchOutput, { params: { id }, query });
    matches.push(...page.matches);
    const last = page.matches.at(-1);
    if (!page.truncated || last === undefined || matches.length >= limit) {
      return { ...page, matches };
    }
    from = last.number + 1;
  }
}

function contextOf({ before, after, context = 0 }: SearchOptions): { before: number; after: number } {
  return { before: before ?? context, after: after ?? context };
}

function checkContext(name: string, lines: number): number {
  if (lines > maxContextLines) {
    throw new UsageError(`${name} takes at most ${maxContextLines} lines, not ${lines}.`);
  }
  return lines;
}
