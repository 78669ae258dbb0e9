import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { waitFor } from "./wait-for.ts";

const launcher = fileURLToPath(new URL("../../bin/utm.js", import.meta.url));
/** Compiled code shared by all homes, as it would be by all calls of one person; without it each start takes twice as long. */
const cacheHome = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));

export type CliOptions = {
  /** Home directory, where the login file is kept. */
  home: string;
  environment?: Record<string, string>;
  /** Written to standard input, which is then closed. */
  input?: string | Uint8Array;
  /** Standard input stays open for `type`, until `closeInput`. */
  inputStaysOpen?: boolean;
  /** Another Node than the one that runs the tests. */
  node?: string;
  /** Runs it on a terminal of its own (by script(1)); standard error then arrives on standard output. */
  terminal?: boolean;
  /** Size of that terminal; without it, it has none. */
  terminalSize?: { columns: number; rows: number };
};

export type CliResult = { exitCode: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** A running `utm` with a home of its own and nothing of the environment of the tests. */
export class RunningCli {
  readonly process: ChildProcess;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];

  constructor(args: readonly string[], options: CliOptions) {
    const node = options.node ?? process.execPath;
    const command = [node, launcher, ...args];
    const [file = node, ...rest] = options.terminal === true ? onTerminal(command, options) : command;
    this.process = spawn(file, rest, {
      cwd: options.home,
      env: {
        PATH: process.env.PATH,
        HOME: options.home,
        XDG_CACHE_HOME: cacheHome,
        TERM: "xterm",
        SHELL: "/bin/sh",
        ...options.environment,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.process.stdout?.on("data", (chunk: Buffer) => this.#stdout.push(chunk));
    this.process.stderr?.on("data", (chunk: Buffer) => this.#stderr.push(chunk));
    this.process.stdin?.on("error", () => undefined);
    if (options.terminal !== true && options.inputStaysOpen !== true) {
      this.process.stdin?.end(options.input ?? "");
    }
  }

  get stdoutBytes(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get stdout(): string {
    return this.stdoutBytes.toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  /** Types on its terminal, or writes to its standard input. */
  type(keys: string): void {
    this.process.stdin?.write(keys);
  }

  closeInput(): void {
    this.process.stdin?.end();
  }

  /** Waits until it has said this. */
  async says(text: string): Promise<void> {
    const said = () => this.stdout + this.stderr;
    try {
      await waitFor(`utm to say "${text}"`, () => said().includes(text));
    } catch (error) {
      throw new Error(`${(error as Error).message}; it said ${JSON.stringify(said())}`, { cause: error });
    }
  }

  async end(): Promise<CliResult> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, "close");
    }
    const { exitCode, signalCode } = this.process;
    return { exitCode, signal: signalCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Starts `utm`; it is ended with the test. */
export function startCli(args: readonly string[], options: CliOptions): RunningCli {
  const running = new RunningCli(args, options);
  onTestFinished(() => {
    running.process.kill("SIGKILL");
  });
  return running;
}

/** Runs `utm` to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).end();
}

function onTerminal(command: readonly string[], { terminalSize: size }: CliOptions): string[] {
  const resize = size === undefined ? "" : `stty columns ${size.columns} rows ${size.rows}; `;
  return ["script", "-qec", `${resize}exec ${command.map(quoted).join(" ")}`, "/dev/null"];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
