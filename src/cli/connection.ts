import type { Command } from "commander";
import { type Client, createClient } from "../client/client.ts";
import type { Deps } from "./deps.ts";
import { UsageError } from "./failure.ts";
import { loginFilePath, readLogin } from "./login-file.ts";

export const defaultServer = "http://localhost:8000";

export type ConnectionFlags = { server?: string; token?: string };

/** Where a value came from, in the order in which they win. */
export type Source = "flag" | "environment" | "login file" | "default";

/** The server to talk to and who we are there. */
export type Address = {
  server: string;
  serverSource: Source;
  token: string | null;
  tokenSource: Source | null;
};

export type Connection = Address & { client: Client };

/** Declares `--server` and `--token`; every command that talks to a server has them. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option("--server <url>", `address of the server (UTM_SERVER, else the login's, else ${defaultServer})`)
    .option("--token <token>", "token to use (UTM_TOKEN, else the login's); visible to others in ps");
}

/** The client for this command. Throws UsageError for an address that is none, CliFailure for a broken login file. */
export async function connect(command: Command, deps: Deps): Promise<Connection> {
  const address = await resolveAddress(command.optsWithGlobals<ConnectionFlags>(), deps.env);
  const client = createClient({ server: address.server, token: () => address.token });
  return { ...address, client };
}

/** Flag, then environment, then login file, then the default. */
export async function resolveAddress(flags: ConnectionFlags, env: NodeJS.ProcessEnv): Promise<Address> {
  const login = await readLogin(loginFilePath(env));
  const [server, serverSource] = first<string>(
    [flags.server, "flag"],
    [env.UTM_SERVER, "environment"],
    [login?.server, "login file"],
  ) ?? [defaultServer, "default"];
  const normalized = normalizeServer(server);
  // A token is a password of the server it came from: it is never sent to another one.
  const ownToken = login !== null && normalizeServer(login.server) === normalized ? login.token : undefined;
  const [token, tokenSource] = first<string>(
    [flags.token, "flag"],
    [env.UTM_TOKEN, "environment"],
    [ownToken, "login file"],
  ) ?? [null, null];
  return { server: normalized, serverSource, token, tokenSource };
}

function first<T>(...candidates: [T | undefined, Source][]): [T, Source] | null {
  for (const [value, source] of candidates) {
    if (value !== undefined && value !== "") {
      return [value, source];
    }
  }
  return null;
}

/** The address as it is used in requests: no trailing slash. Throws UsageError when it is not http or https. */
export function normalizeServer(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new UsageError(`"${text}" is not the address of a server. Use one like ${defaultServer}.`);
  }
  if (url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new UsageError(`The address "${text}" may only hold a scheme, a host, a port and a path.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
