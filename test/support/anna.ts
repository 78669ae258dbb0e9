import { runCli } from "./cli.ts";
import { testDirectory } from "./directory.ts";
import { startServer } from "./server.ts";

/** A server, its member anna, and a home directory and environment from which `utm` acts for her. */
export async function startWithAnna() {
  const server = await startServer();
  const anna = await server.join("anna");
  const home = testDirectory();
  const environment = { UTM_SERVER: server.url, UTM_TOKEN: anna.token };
  const utm = (...args: string[]) => runCli(args, { home, environment });
  return { server, anna, home, environment, utm };
}
