import type { FastifyInstance } from "fastify";
import { type Config, type ConfigInput, ConfigMistakes, loadConfig } from "../config/load.ts";
import { createLog, type Log } from "../log/log.ts";
import { openStore } from "../store/open.ts";
import { StoreRefused } from "../store/store.ts";
import { DirectoryInUse, lockDirectory } from "../supervise/directory-lock.ts";
import { buildApp } from "./app.ts";
import { type DataDirectory, makeDataDirectory, openDataDirectory } from "./data-directory.ts";
import { createEngine, type Engine } from "./engine.ts";
import { webDirectory } from "./installation.ts";

/**
 * `utm serve`: one process with API, web page and an embedded worker. Answers the exit code: 0 after a signal, 1 when it
 * could not run, 2 when the configuration is wrong. Stopping it leaves tasks running; the next start adopts them.
 */
export async function serve(input: ConfigInput): Promise<number> {
  let config: Config;
  try {
    config = loadConfig(input).config;
  } catch (error) {
    if (error instanceof ConfigMistakes) {
      return complain(error.mistakes, 2);
    }
    throw error;
  }
  const log = createLog(config.logLevel);
  logUnexpected(log);
  try {
    return await run(config, log);
  } catch (error) {
    if (isDiskFull(error)) {
      return complain([`The disk of the data directory ${config.dataDir} is full. ${roomAdvice}`], 1);
    }
    if (error instanceof DirectoryInUse || error instanceof StoreRefused || isPlain(error)) {
      return complain([(error as Error).message], 1);
    }
    throw error;
  }
}

/**
 * What nobody caught is a bug. A promise nobody waited for leaves the rest working, so the server stays; after an
 * exception nothing is certain, so it ends. Tasks go on either way.
 */
function logUnexpected(log: Log): void {
  process.on("unhandledRejection", (error) => log.error({ err: error }, "unexpected: a rejection nobody handled"));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "unexpected: an exception nobody handled; the server ends, tasks go on");
    process.exit(1);
  });
}

/** Errors whose message already is the sentence a person needs. */
function isPlain(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error;
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

const roomAdvice = "Make room, then start the server again; tasks that run go on meanwhile, and their ends are kept.";

function complain(sentences: readonly string[], exitCode: number): number {
  for (const sentence of sentences) {
    process.stderr.write(`utm: ${sentence}\n`);
  }
  return exitCode;
}

async function run(config: Config, log: Log): Promise<number> {
  const root = makeDataDirectory(config.dataDir);
  const lock = lockDirectory(root);
  const directory = openDataDirectory(root, config.outputDir);
  const store = await openStore({ databaseUrl: config.databaseUrl });
  const engine = await createEngine(config, directory, store, log);
  const app = await buildApp(engine.context, webDirectory);
  // Before it says that it serves: who reads that may stop it at once.
  const stops = listenForStops();
  try {
    const { adopted } = await engine.start();
    const address = await listen(app, config);
    announce(address, config, directory, engine, adopted);
    const signal = await stops.first;
    if (config.drain) {
      const { count } = engine.worker;
      const plan = count === 0 ? "" : ` ${waiting(count)} A second signal leaves them running.`;
      process.stdout.write(`${signal}: draining.${plan}\n`);
      await Promise.race([engine.drain(), stops.second]);
    }
    process.stdout.write(farewell(signal, engine.worker.count));
    return 0;
  } finally {
    await app.close();
    await engine.stop();
    lock.release();
  }
}

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

const stopAdvice = "Ctrl-C stops the server; running tasks go on and are adopted at the next start.";
const drainAdvice =
  "Ctrl-C stops the server once the running tasks have ended; pressed again, at once, leaving them running.";

function announce(address: string, config: Config, directory: DataDirectory, engine: Engine, adopted: number): void {
  const url = config.publicUrl ?? address.replace("127.0.0.1", "localhost").replace("0.0.0.0", "localhost");
  const commands = config.freeCommands === "everyone" ? "everyone who may submit a task" : "admins and operators";
  const lines = [
    `UNIX Task Manager ${engine.context.version} on ${url}`,
    `  database       ${engine.context.store.description}`,
    `  data           ${directory.root}`,
    `  slots          ${config.slots} on node ${config.nodeName}`,
    `  free commands  ${commands}`,
    `  registration   ${config.registration}${config.registration === "open" ? "; the first user is the admin" : ""}`,
    `  tasks run as   ${config.runAs ?? "the server's own user"}`,
    `  whole tree     ${engine.means.cgroup === null ? "found by scanning" : "by control group"}; sandbox ${engine.means.sandbox?.kind ?? "not available"} ("utm doctor" tells more)`,
    ...(adopted > 0 ? [`  adopted        ${adopted} running when the server last stopped`] : []),
    config.drain ? drainAdvice : stopAdvice,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function farewell(signal: NodeJS.Signals, running: number): string {
  const tasks = running === 1 ? "1 task goes" : `${running} tasks go`;
  return running === 0 ? `${signal}: stopped.\n` : `${signal}: stopped. ${tasks} on; the next start adopts them.\n`;
}

function waiting(running: number): string {
  return `Waiting for ${running === 1 ? "1 running task" : `${running} running tasks`} to end; new ones stay pending.`;
}

/** Two signals within this time are one Ctrl-C: it arrives from the terminal, and again from npm. */
const sameSignalMs = 500;

function listenForStops(): { first: Promise<NodeJS.Signals>; second: Promise<void> } {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Not once: a signal that nobody handles would cut the stopping short.
    process.on(signal, () => {
      first.resolve(signal);
      firstAt ??= performance.now();
      if (performance.now() - firstAt > sameSignalMs) {
        second.resolve();
      }
    });
  }
  return { first: first.promise, second: second.promise };
}
