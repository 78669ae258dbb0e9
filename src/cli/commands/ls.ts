import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import {
  listLimit,
  type Outcome,
  outcomes,
  type TaskStatus,
  type TaskSummary,
  taskStatuses,
} from "../../contract/index.ts";
import { wholeNumberOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { UsageError } from "../failure.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { renderTasks } from "../print/task.ts";

export type LsOptions = {
  status?: TaskStatus[];
  queue?: string;
  tag?: string;
  owner?: string;
  node?: string;
  outcome?: Outcome[];
  query?: string;
  limit: number;
  json?: boolean;
};

const help = `
The newest task comes first.

Examples:
  utm ls
  utm ls --status running,pending
  utm ls --outcome timed_out,lost
  utm ls --tag nightly -q backup --limit 500
  utm ls --owner '*'                  everybody's, for admins
  utm ls --json | jq '.[].id'
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option(
      "--status <status>",
      `only these, separated by commas: ${taskStatuses.join(", ")}`,
      words("status", taskStatuses),
    )
    .option("--outcome <outcome>", `only those that ended so: ${outcomes.join(", ")}`, words("outcome", outcomes))
    .option("--node <name>", "only those that run, or ran last, on this node")
    .option("--queue <name>", "only of this queue")
    .option("--tag <tag>", "only with this tag")
    .option("--owner <user>", "of somebody else, or of everybody: * (admins)")
    .option("-q, --query <text>", "only where name, description or command holds this")
    .option("--limit <number>", "show at most this many", wholeNumberOption("--limit", 1), 50)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: LsOptions) => {
      deps.finish(await run(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Lists tasks, newest first. */
export async function run(options: LsOptions, deps: Deps & Connection): Promise<number> {
  const { tasks, hasMore } = await fetchTasks(options, deps);
  if (options.json === true) {
    printJson(deps, tasks);
    return 0;
  }
  if (tasks.length === 0) {
    tell(deps, "no such tasks");
    return 0;
  }
  deps.stdout.write(renderTasks(tasks, Date.now(), tableOptions(deps)));
  if (hasMore && deps.stderr.isTTY === true) {
    tell(deps, `there are more; show them with --limit ${options.limit * 4}`);
  }
  return 0;
}

async function fetchTasks(
  options: LsOptions,
  { client }: Connection,
): Promise<{ tasks: TaskSummary[]; hasMore: boolean }> {
  const { status, outcome, queue, tag, owner, node, query: q } = options;
  const named = { status: status?.join(","), outcome: outcome?.join(","), queue, tag, owner, node, q };
  const tasks: TaskSummary[] = [];
  let cursor: number | undefined;
  do {
    const limit = Math.min(options.limit - tasks.length, listLimit.maximum);
    const query = { ...named, ordering: "-id" as const, limit, cursor };
    const response = await client.fetch(contract.listTasks, { query });
    tasks.push(...((await response.json()) as TaskSummary[]));
    cursor = nextCursor(response.headers.get("Link"));
  } while (cursor !== undefined && tasks.length < options.limit);
  return { tasks, hasMore: cursor !== undefined };
}

/** The cursor of `<…?cursor=7>; rel="next"`. */
export function nextCursor(link: string | null): number | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  const cursor = target === undefined ? null : URL.parse(target, "http://this-server")?.searchParams.get("cursor");
  return cursor == null ? undefined : Number(cursor);
}

/** Reads words of a fixed set, separated by commas. */
function words<Word extends string>(what: string, known: readonly Word[]): (text: string) => Word[] {
  return (text) =>
    text.split(",").map((given) => {
      const word = known.find((one) => one === given.trim().toLowerCase());
      if (word === undefined) {
        throw new UsageError(`"${given}" is no ${what}. They are: ${known.join(", ")}.`);
      }
      return word;
    });
}
