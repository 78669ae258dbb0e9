import type { Command } from "commander";
import { ApiFailure, contract, Unreachable } from "../../client/client.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { failureExitCode } from "../failure.ts";
import { loginFilePath, removeLogin } from "../login-file.ts";
import { printJson } from "../print/output.ts";

export type LogoutOptions = { json?: boolean };

const help = `
The token stops working on the server, and the login file goes. A token given by --token or
UTM_TOKEN is revoked as well; the login file then stays.
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: LogoutOptions) => {
      deps.finish(await run(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

/** Revokes the token and forgets the login; forgets it also when the server cannot be asked, and says so. */
export async function run(options: LogoutOptions, deps: Deps & Connection): Promise<number> {
  if (deps.token === null) {
    tell(deps, `not logged in at ${deps.server}`);
    return failureExitCode;
  }
  let problem: Error | null = null;
  try {
    await deps.client.call(contract.logout, {});
  } catch (error) {
    const isDead = error instanceof ApiFailure && error.status === 401;
    if (!isDead && !(error instanceof Unreachable) && !(error instanceof ApiFailure)) {
      throw error;
    }
    problem = isDead ? null : error;
  }
  if (deps.tokenSource === "login file") {
    await removeLogin(loginFilePath(deps.env));
  }
  if (problem !== null) {
    tell(deps, `${problem.message} The login is forgotten here, but its token still works on the server.`);
    return failureExitCode;
  }
  if (options.json === true) {
    printJson(deps, { server: deps.server, logged_out: true });
  } else {
    deps.stdout.write(`logged out of ${deps.server}\n`);
  }
  return 0;
}
