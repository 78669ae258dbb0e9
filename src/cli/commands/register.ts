import type { Command } from "commander";
import { ApiFailure, contract } from "../../client/client.ts";
import { type AccountFlags, flagOrAsk, readOrAskPassword } from "../account-input.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { printJson } from "../print/output.ts";
import { startSession } from "../session.ts";

export type RegisterOptions = AccountFlags & { json?: boolean };

const help = `
The first account of a server becomes its admin. Afterwards you are logged in, as by "utm login".

Examples:
  utm register
  utm register --username anna --email anna@example.org --password-stdin < password.txt
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--username <name>", "letters, digits and underscores (asked for on a terminal)")
    .option("--email <address>", "your e-mail address (asked for on a terminal)")
    .option("--password-stdin", "read the password from standard input")
    .option("--json", "print the account as JSON")
    .addHelpText("after", help)
    .action(async (options: RegisterOptions) => {
      deps.finish(await run(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Creates an account and logs in; where an admin has to approve it first, only creates it. */
export async function run(options: RegisterOptions, deps: Deps & Connection): Promise<number> {
  const username = await flagOrAsk(deps, options.username, "--username", "Username");
  const email = await flagOrAsk(deps, options.email, "--email", "Email");
  const password = await readOrAskPassword(deps, options.passwordStdin === true, true);
  const user = await deps.client.call(contract.register, { body: { username, email, password } });
  const isActive = await tryToLogIn({ username: user.username, password }, deps);
  if (options.json === true) {
    printJson(deps, user);
  } else if (isActive) {
    deps.stdout.write(`registered at ${deps.server} and logged in as ${user.username}\n`);
  } else {
    deps.stdout.write(`registered at ${deps.server} as ${user.username}\n`);
  }
  return 0;
}

async function tryToLogIn(pair: { username: string; password: string }, deps: Deps & Connection): Promise<boolean> {
  try {
    await startSession(pair, deps);
    return true;
  } catch (error) {
    if (error instanceof ApiFailure && error.code === "account_not_active") {
      tell(deps, 'an admin has to approve the account; log in with "utm login" after that');
      return false;
    }
    throw error;
  }
}
