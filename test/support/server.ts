import { afterAll, beforeAll, onTestFinished } from "vitest";
import { databaseFor, dropDatabaseFor } from "./databases/chosen.ts";
import { testDirectory } from "./directory.ts";
import { removeNodeGroup } from "./node-group.ts";
import { endProcessesOf } from "./processes.ts";
import { TestServer } from "./server-process.ts";
import { makeDirectory, removeDirectory } from "./temporary-directory.ts";

export { Member, TestServer } from "./server-process.ts";

export type ServerOptions = {
  directory?: string;
  environment?: Record<string, string>;
  /** A command that becomes the server. */
  through?: readonly string[];
  /** Options of Node itself. */
  nodeOptions?: readonly string[];
};

/** Starts a server for the running test. When the test ends, it and all it started are ended. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const directory = options.directory ?? testDirectory();
  const server = new TestServer(directory, options.environment ?? {}, options.through);
  server.nodeOptions = options.nodeOptions ?? [];
  onTestFinished(async () => {
    await server.stop("SIGKILL");
    await endProcessesOf(directory);
    removeNodeGroup(directory);
    await dropDatabaseFor(directory);
  });
  server.databaseUrl = await databaseFor(directory);
  await server.start();
  return server;
}

/** One server for all tests of a file; call it at the top. Its address is there once the tests run. */
export function startSharedServer(options: Pick<ServerOptions, "environment"> = {}): TestServer {
  const directory = makeDirectory();
  const server = new TestServer(directory, options.environment ?? {});
  beforeAll(async () => {
    server.databaseUrl = await databaseFor(directory);
    await server.start();
  });
  afterAll(async () => {
    await server.stop("SIGKILL");
    await endProcessesOf(directory);
    removeNodeGroup(directory);
    await dropDatabaseFor(directory);
    removeDirectory(directory);
  });
  return server;
}
