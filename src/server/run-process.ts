import { flushCompileCache } from "node:module";
import { settingsInForce } from "../config/in-force.ts";
import { type Config, type ConfigInput, ConfigMistakes, type LoadedConfig, loadConfig } from "../config/load.ts";
import type { SettingInForce } from "../contract/index.ts";
import { DispatcherRefused } from "../dispatch/bullmq/redis-trouble.ts";
import { createLog, type Log } from "../log/log.ts";
import { openStore } from "../store/open.ts";
import { type Store, StoreRefused } from "../store/store.ts";
import { DirectoryInUse, lockDirectory } from "../supervise/directory-lock.ts";
import type { Worker } from "../worker/worker.ts";
import { type DataDirectory, makeDataDirectory, openDataDirectory } from "./data-directory.ts";
import { listenForStops } from "./stops.ts";

/**
 * What `utm serve` and `utm worker` have in common: the configuration, the data directory that is theirs alone, the record,
 * and how they end. Stopping one leaves its tasks running; its next start adopts them.
 */
export type Role = {
  /** Why this configuration is not one for this role, in sentences. */
  objections(config: Config): string[];
  /** Puts the parts together; nothing works before `start`. What it opens and cannot go on with is named in `opened`. */
  create(parts: RoleParts): Promise<RunningRole>;
};

export type RoleParts = {
  config: Config;
  /** What is told of it, without passwords. */
  settings: readonly SettingInForce[];
  log: Log;
  directory: DataDirectory;
  store: Store;
  /** Closed, the last first, when `create` fails: what is open would keep the process from ending. */
  opened: (() => Promise<unknown>)[];
};

export type RunningRole = {
  worker: Pick<Worker, "count">;
  /** Begins to work, and answers what to say about it. */
  start(): Promise<readonly string[]>;
  /** Starts nothing new; resolves when nothing runs any more. */
  drain(): Promise<void>;
  stop(): Promise<void>;
};

/** Errors whose message is for people. */
const refusals = [DirectoryInUse, StoreRefused, DispatcherRefused];

/** Answers the exit code: 0 after a signal, 1 when it could not run, 2 when the configuration is wrong. */
export async function runProcess(role: Role, input: ConfigInput): Promise<number> {
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(input);
  } catch (error) {
    if (error instanceof ConfigMistakes) {
      return complain(error.mistakes, 2);
    }
    throw error;
  }
  const { config } = loaded;
  const objections = role.objections(config);
  if (objections.length > 0) {
    return complain(objections, 2);
  }
  const log = createLog(config.logLevel);
  logUnexpected(log);
  try {
    return await run(role, loaded, log);
  } catch (error) {
    if (isDiskFull(error)) {
      return complain([`The disk of the data directory ${config.dataDir} is full. ${roomAdvice}`], 1);
    }
    if (refusals.some((refusal) => error instanceof refusal) || isPlain(error)) {
      return complain([(error as Error).message], 1);
    }
    throw error;
  }
}

async function run(role: Role, loaded: LoadedConfig, log: Log): Promise<number> {
  const { config } = loaded;
  const settings = settingsInForce(loaded);
  const root = makeDataDirectory(config.dataDir);
  const lock = lockDirectory(root);
  const directory = openDataDirectory(root, config.outputDir);
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    onWaiting: (sentence) => void complain([sentence], 0),
  });
  const opened = [() => store.close()];
  const running = await role
    .create({ config, settings, log, directory, store, opened })
    .catch(async (error: unknown) => {
      for (const close of opened.toReversed()) {
        await close();
      }
      throw error;
    });
  const { worker } = running;
  // Before it says that it works: who reads that may stop it at once.
  const stops = listenForStops();
  try {
    say(await running.start());
    keepCompiledCode();
    const signal = await stops.first;
    if (config.drain) {
      const plan = worker.count === 0 ? "" : ` ${waiting(worker.count)} A second signal leaves them running.`;
      say([`${signal}: draining.${plan}`]);
      await Promise.race([running.drain(), stops.second]);
    }
    say([farewell(signal, worker.count)]);
    return 0;
  } finally {
    await running.stop();
    lock.release();
  }
}

/**
 * What nobody caught is a bug. A promise nobody waited for leaves the rest working, so the process stays; after an
 * exception nothing is certain, so it ends. Tasks go on either way.
 */
function logUnexpected(log: Log): void {
  process.on("unhandledRejection", (error) => log.error({ err: error }, "unexpected: a rejection nobody handled"));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "unexpected: an exception nobody handled; the server ends, tasks go on");
    process.exit(1);
  });
}

/**
 * Node writes what it has compiled when a process ends by itself, which one that is killed or loses its power never does: its
 * next start, the one that people wait for, would take nearly twice as long. Nothing where no such directory is in use.
 */
function keepCompiledCode(): void {
  setImmediate(flushCompileCache);
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

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function farewell(signal: NodeJS.Signals, running: number): string {
  const tasks = running === 1 ? "1 task goes" : `${running} tasks go`;
  return running === 0 ? `${signal}: stopped.` : `${signal}: stopped. ${tasks} on; the next start adopts them.`;
}

function waiting(running: number): string {
  return `Waiting for ${running === 1 ? "1 running task" : `${running} running tasks`} to end; new ones stay pending.`;
}
