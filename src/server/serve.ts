import type { FastifyInstance } from "fastify";
import type { Config, ConfigInput } from "../config/load.ts";
import { nodeLines, stopAdvice } from "./announcement.ts";
import { buildApp } from "./app.ts";
import type { DataDirectory } from "./data-directory.ts";
import { createEngine, type Engine } from "./engine.ts";
import { webDirectory } from "./installation.ts";
import { type Role, runProcess } from "./run-process.ts";

/** `utm serve`: one process with API, web page, services and an embedded worker. Answers the exit code. */
export function serve(input: ConfigInput): Promise<number> {
  return runProcess(server, input);
}

const server: Role = {
  objections: () => [],
  async create(parts) {
    const { config, directory } = parts;
    const engine = await createEngine(parts);
    const app = await buildApp(engine.context, webDirectory);
    return {
      worker: engine.node.worker,
      async start() {
        const { adopted } = await engine.start();
        const address = await listen(app, config);
        return announcement(address, config, directory, engine, adopted);
      },
      drain: () => engine.drain(),
      async stop() {
        await app.close();
        await engine.stop();
      },
    };
  },
};

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  try {
    return await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new Error(`Port ${config.port} on ${config.host} is in use. Give another one with PORT or --port.`, {
        cause: error,
      });
    }
    throw new Error(`Cannot listen on ${config.host}:${config.port}: ${(error as Error).message}.`, { cause: error });
  }
}

function announcement(
  address: string,
  config: Config,
  directory: DataDirectory,
  engine: Engine,
  adopted: number,
): string[] {
  const url = config.publicUrl ?? address.replace("127.0.0.1", "localhost").replace("0.0.0.0", "localhost");
  const commands = config.freeCommands === "everyone" ? "everyone who may submit a task" : "admins and operators";
  return [
    `UNIX Task Manager ${engine.context.version} on ${url}`,
    `  database       ${engine.context.store.description}`,
    `  data           ${directory.root}`,
    `  slots          ${config.slots} on node ${config.nodeName}`,
    `  free commands  ${commands}`,
    `  registration   ${config.registration}${config.registration === "open" ? "; the first user is the admin" : ""}`,
    ...nodeLines(config, engine.node.means, adopted),
    stopAdvice(config, "server"),
  ];
}
