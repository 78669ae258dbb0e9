import { contract } from "../client/client.ts";
import type { Session } from "../contract/index.ts";
import type { Connection } from "./connection.ts";
import type { Deps } from "./deps.ts";
import { loginFilePath, writeLogin } from "./login-file.ts";

/** Gets a token for the pair and keeps it in the login file. Throws ApiFailure, Unreachable, CliFailure. */
export async function startSession(
  credentials: { username: string; password: string },
  deps: Deps & Connection,
): Promise<Session> {
  const session = await deps.client.call(contract.login, { body: credentials });
  const { username, token } = session;
  await writeLogin(loginFilePath(deps.env), { server: deps.server, username, token });
  return session;
}
