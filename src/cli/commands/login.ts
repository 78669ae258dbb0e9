import type { Command } from "commander";
import { flagOrAsk, readOrAskPassword } from "../account-input.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { printJson } from "../print/output.ts";
import { startSession } from "../session.ts";

export type LoginOptions = { username?: string; passwordStdin?: boolean; json?: boolean };

const help = `
The token is kept in $XDG_CONFIG_HOME/utm/login.json (else ~/.config/utm/login.json), readable
by you alone, together with the server's address.

Examples:
  utm login
  utm login --server https://tasks.example.org --username anna
  utm login --username anna --password-stdin < password.txt
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--username <name>", "your user name (asked for on a terminal)")
    .option("--password-stdin", "read the password from standard input")
    .option("--json", "print the session, with its token, as JSON")
    .addHelpText("after", help)
    .action(async (options: LoginOptions) => {
      deps.finish(await run(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Gets a token for a user name and a password, and keeps it. */
export async function run(options: LoginOptions, deps: Deps & Connection): Promise<number> {
  const username = await flagOrAsk(deps, options.username, "--username", "Username");
  const password = await readOrAskPassword(deps, options.passwordStdin === true, false);
  const session = await startSession({ username, password }, deps);
  if (options.json === true) {
    printJson(deps, { ...session, server: deps.server });
  } else {
    deps.stdout.write(`logged in to ${deps.server} as ${session.username}\n`);
  }
  return 0;
}
