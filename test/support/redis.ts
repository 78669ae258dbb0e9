import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { hasEnded } from "./processes.ts";
import { makeDirectory, removeDirectory } from "./temporary-directory.ts";
import { waitFor } from "./wait-for.ts";

/** Whether this machine has a Redis to start; without one, tests that need it are skipped by name. */
export const hasRedis = process.env.TEST_REDIS_URL !== undefined || isThere("redis-server");
/** Whether one can be started that a test may stop. */
export const hasOwnRedis = isThere("redis-server");

export type RedisOptions = {
  /** Further options of redis-server, as in its configuration file. */
  settings?: Readonly<Record<string, string>>;
};

/** A Redis of a test: on a free port of this machine, in a directory of its own, keeping what it holds over a restart. */
export class TestRedis {
  readonly directory = makeDirectory();
  readonly #settings: Readonly<Record<string, string>>;
  #process: ChildProcess | null = null;
  #port = 0;

  constructor(options: RedisOptions = {}) {
    this.#settings = { bind: "127.0.0.1", dir: this.directory, save: "", appendonly: "yes", ...options.settings };
  }

  /** With the password, where it has one. */
  get url(): string {
    const password = this.#settings.requirepass;
    return `redis://${password === undefined ? "" : `:${password}@`}127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts it, at the same port as before, and waits until it answers. */
  async start(): Promise<void> {
    this.#port = this.#port === 0 ? await freePort() : this.#port;
    const words = Object.entries(this.#settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn("redis-server", ["--port", String(this.#port), ...words], { stdio: "ignore" });
    this.#process = child;
    await waitFor("Redis to answer", () => {
      if (child.exitCode !== null) {
        throw new Error(`redis-server ended with ${child.exitCode}.`);
      }
      try {
        return this.run("PING").includes("PONG");
      } catch {
        return false;
      }
    });
  }

  /** What redis-cli prints. */
  run(...words: string[]): string {
    const password = this.#settings.requirepass;
    const login = password === undefined ? [] : ["-a", password, "--no-auth-warning"];
    const address = ["-h", "127.0.0.1", "-p", String(this.#port)];
    return execFileSync("redis-cli", [...address, ...login, ...words], { encoding: "utf8", stdio: "pipe" });
  }

  flush(): void {
    this.run("FLUSHALL");
  }

  /** It keeps its connections and answers nothing. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const pid = this.#process?.pid;
    this.#process?.kill("SIGCONT");
    this.#process?.kill(signal);
    this.#process = null;
    await waitFor("Redis to end", () => pid === undefined || hasEnded(pid));
  }

  async close(): Promise<void> {
    await this.stop("SIGKILL");
    removeDirectory(this.directory);
  }

  /** How many commands of clients it carried out since the last call; what scripts do counts as well. */
  countCommands(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [, name = "", calls] of this.run("INFO", "commandstats").matchAll(/cmdstat_([^:]+):calls=(\d+)/g)) {
      counts.set(name, Number(calls));
    }
    this.run("CONFIG", "RESETSTAT");
    return counts;
  }
}

/** Starts a Redis for the running test, and ends it with the test. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const redis = new TestRedis(options);
  onTestFinished(() => redis.close());
  await redis.start();
  return redis;
}

/** One Redis for all tests of a file that do not stop it; the one of TEST_REDIS_URL where that is given. */
export function shareRedis(): { url: string; run: (...words: string[]) => string } {
  const given = process.env.TEST_REDIS_URL;
  if (given !== undefined) {
    const run = (...words: string[]) => execFileSync("redis-cli", ["-u", given, ...words], { encoding: "utf8" });
    return { url: given, run };
  }
  const redis = new TestRedis();
  beforeAll(() => (hasRedis ? redis.start() : undefined));
  afterAll(() => redis.close());
  return redis;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
