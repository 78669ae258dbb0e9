import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { waitFor } from "./wait-for.ts";

const entry = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** Shared by all processes of all tests: a start takes two thirds of the time. */
const compileCache = fileURLToPath(new URL("../../node_modules/.cache/utm-tests", import.meta.url));

export type UtmProcessOptions = {
  verb: "serve" | "worker";
  directory: string;
  environment: Readonly<Record<string, string>>;
  /** A command that becomes the process: its words, before the process's own. */
  through?: readonly string[];
};

/** A real `utm serve` or `utm worker`, with a data directory of its own; it can be started again after its end. */
export class UtmProcess {
  readonly directory: string;
  readonly #options: UtmProcessOptions;
  #process: ChildProcess | null = null;
  /** Options of Node itself, from the next start on. */
  nodeOptions: readonly string[] = [];
  /** Everything it said so far. */
  output = "";

  constructor(options: UtmProcessOptions) {
    this.directory = options.directory;
    this.#options = options;
  }

  /** Starts it and waits until it says something like this; answers the match. */
  protected async launch(environment: Readonly<Record<string, string>>, ready: RegExp): Promise<RegExpExecArray> {
    const { through = [], verb } = this.#options;
    const [command = "", ...words] = [...through, process.execPath, ...this.nodeOptions, entry, verb];
    const child = spawn(command, words, {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: compileCache,
        UTM_DATA_DIR: this.directory,
        UTM_LOG_LEVEL: "warn",
        ...environment,
        ...this.#options.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      this.output += chunk.toString();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    return waitFor(`utm ${verb} to work`, () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`utm ${verb} ended before it worked: ${said}`);
      }
      return ready.exec(said);
    });
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Signals it, and does not wait; nothing when it is gone. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Signals it and waits until it is gone. Answers its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** Waits until it has ended by itself, or was ended by somebody else. Answers by which signal. */
  async ended(): Promise<NodeJS.Signals | null> {
    const child = this.#process;
    await waitFor("it to end", () => child === null || child.exitCode !== null || child.signalCode !== null);
    return child?.signalCode ?? null;
  }
}
