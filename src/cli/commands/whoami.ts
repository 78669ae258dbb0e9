import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { renderFields } from "../print/table.ts";

export type WhoamiOptions = { json?: boolean };

const help = `
Examples:
  utm whoami
  utm whoami --json | jq -r .role
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: WhoamiOptions) => {
      deps.finish(await run(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Prints whose token this is, where, and what it may do. */
export async function run(options: WhoamiOptions, deps: Deps & Connection): Promise<number> {
  const account = await deps.client.call(contract.me, {});
  if (options.json === true) {
    printJson(deps, account);
    return 0;
  }
  const fields: [string, string][] = [
    ["user", account.username],
    ["email", account.email],
    ["role", account.role],
    ["may", account.permissions.join(", ")],
    ["server", `${deps.server}  (${deps.serverSource})`],
    ["token", `from ${deps.tokenSource}`],
  ];
  deps.stdout.write(renderFields(fields, tableOptions(deps).paint));
  return 0;
}
