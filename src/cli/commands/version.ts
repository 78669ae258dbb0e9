import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { printJson } from "../print/output.ts";
import { ownVersion } from "../version.ts";

export type VersionOptions = { json?: boolean };

const serverPatienceMs = 2000;

export function declare(command: Command, deps: Deps): void {
  command.option("--json", "print JSON").action(async (options: VersionOptions) => {
    deps.finish(await run(options, { ...deps, ...(await connect(command, deps)) }));
  });
  addConnectionOptions(command);
}

/** Prints the version of this program and, when it can be reached, of the server. */
export async function run(options: VersionOptions, deps: Deps & Connection): Promise<number> {
  const version = ownVersion();
  const serverVersion = await askServer(deps);
  if (options.json === true) {
    printJson(deps, { version, node: process.version, server: deps.server, server_version: serverVersion });
    return 0;
  }
  const there = serverVersion ?? "not reachable";
  deps.stdout.write(`utm ${version} (Node ${process.version})\nserver ${deps.server}: ${there}\n`);
  return 0;
}

/** Not reaching it is an answer here, not a failure. */
async function askServer({ client }: Connection): Promise<string | null> {
  try {
    const info = await client.call(contract.info, {}, { signal: AbortSignal.timeout(serverPatienceMs) });
    return info.version;
  } catch {
    return null;
  }
}
