import { createReadStream } from "node:fs";
import type { Command } from "commander";
import { parseTaskId } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { CliFailure, systemCode, UsageError } from "../failure.ts";
import { deliver } from "../input/deliver.ts";
import { printJson } from "../print/output.ts";
import { watchSignals } from "../signals.ts";

export type SendOptions = {
  id: number;
  text?: string | undefined;
  file?: string;
  end?: boolean;
  newline?: boolean;
  json?: boolean;
};

const help = `
For a task that was submitted with --input or --pty and runs. TEXT gets a line end unless -n is
given; without TEXT, standard input is sent to its end. Any bytes, any amount: a task that reads
slowly is waited for. Prints how many bytes were taken. What was taken is in the task's pipe and
is not lost by a restart of the server.

Examples:
  utm send 42 yes
  utm send 42 --file answers.txt --end
  pg_dump shop | utm send 42 --end
  utm send 42 --end
`;

export function declare(command: Command, deps: Deps): void {
  command
    .argument("<id>", "the task's id", parseTaskId)
    .argument("[text]", "what to send")
    .option("-n, --no-newline", "no line end after TEXT")
    .option("--file <file>", "send this file; - is standard input")
    .option("--end", "nothing more follows: the task reads end of file; on a terminal without TEXT, send only that")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (id: number, text: string | undefined, options: Omit<SendOptions, "id" | "text">) => {
      if (text !== undefined && options.file !== undefined) {
        throw new UsageError("Give a TEXT or a --file, not both.");
      }
      deps.finish(await run({ id, text, ...options }, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
}

const interruptedExitCode = 130;

/** Sends bytes to the standard input of a task and prints how many it took. */
export async function run(options: SendOptions, deps: Deps & Connection): Promise<number> {
  const { id: taskId } = options;
  const withEnd = options.end === true;
  const stop = new AbortController();
  const signals = watchSignals(["SIGINT"]);
  signals.handle(() => stop.abort());
  let taken = 0;
  const onTaken = (bytes: number) => {
    taken = bytes;
  };
  const onFull = () => tell(deps, `task ${taskId} does not read its input now; waiting (Ctrl-C gives up)`);
  try {
    const delivery = { client: deps.client, taskId, signal: stop.signal, isPatient: false, onTaken, onFull };
    const end = await deliver(source(options, deps, stop.signal), withEnd, delivery);
    const ended = withEnd && end === "delivered";
    print({ taken, ended }, options, deps);
    return end === "aborted" ? interruptedExitCode : 0;
  } catch (error) {
    if (taken > 0) {
      tell(deps, `${bytesText(taken)} taken before this:`);
    }
    throw error;
  } finally {
    signals.stop();
  }
}

function print({ taken, ended }: { taken: number; ended: boolean }, { json }: SendOptions, deps: Deps): void {
  if (json === true) {
    printJson(deps, { accepted_bytes: taken, ended });
  } else {
    deps.stdout.write(`${bytesText(taken)} taken${ended ? ", and the end of input" : ""}\n`);
  }
}

function bytesText(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}

/** What is to be sent. `--end` alone, on a terminal, sends nothing but the end. */
async function* source(options: SendOptions, deps: Deps, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { text, file } = options;
  if (text !== undefined) {
    yield Buffer.from(options.newline === false ? text : `${text}\n`);
    return;
  }
  const isStdin = file === undefined || file === "-";
  if (file === undefined && options.end === true && deps.stdin.isTTY === true) {
    return;
  }
  const stream = isStdin ? deps.stdin : createReadStream(file);
  signal.addEventListener("abort", () => stream.destroy(), { once: true });
  try {
    yield* stream;
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    const name = isStdin ? "standard input" : file;
    const why = systemCode(error) === "ENOENT" ? "it does not exist" : (systemCode(error) ?? String(error));
    throw new CliFailure(`Cannot read ${name}: ${why}.`, { cause: error });
  }
}
