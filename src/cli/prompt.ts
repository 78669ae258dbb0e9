import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Deps } from "./deps.ts";
import { Cancelled } from "./failure.ts";

/** Asks for one line on the terminal. Throws Cancelled at Ctrl-C and Ctrl-D. */
export function askLine(deps: Deps, question: string): Promise<string> {
  return readLine(deps, question, deps.stderr);
}

/** Asks for one line that is not shown while it is typed. */
export async function askHidden(deps: Deps, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The reader first: it turns the terminal's echo off, and only then may somebody be asked to type.
  const answer = readLine(deps, "", nowhere);
  deps.stderr.write(question);
  try {
    return await answer;
  } finally {
    deps.stderr.write("\n");
  }
}

function readLine(deps: Deps, question: string, output: NodeJS.WritableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = createInterface({ input: deps.stdin, output, terminal: true, historySize: 0 });
  let answer: string | null = null;
  reader.on("SIGINT", () => reader.close());
  reader.on("close", () => (answer === null ? reject(new Cancelled("Cancelled.")) : resolve(answer)));
  reader.question(question, (line) => {
    answer = line;
    reader.close();
  });
  return promise;
}

/**
 * Asks for one key, out of `keys`; Ctrl-C answers with `onInterrupt`. While it waits, the terminal sends Ctrl-C as a
 * byte; a SIGINT from elsewhere is the caller's to handle, through `signal`, which answers the same.
 */
export function askKey(
  deps: Deps,
  question: { text: string; keys: string; onInterrupt: string; signal: AbortSignal },
): Promise<string> {
  const { stdin, stderr } = deps;
  return new Promise((resolve) => {
    // Before the question is seen, or an early answer would be echoed and an early Ctrl-C be a signal.
    stdin.setRawMode(true);
    stderr.write(question.text);
    stdin.resume();
    stdin.on("data", onData);
    question.signal.addEventListener("abort", onAbort, { once: true });

    function onData(chunk: Buffer): void {
      for (const character of chunk.toString("latin1").toLowerCase()) {
        if (character === "\u0003") {
          finish(question.onInterrupt);
          return;
        }
        if (question.keys.includes(character)) {
          finish(character);
          return;
        }
      }
    }
    function onAbort(): void {
      finish(question.onInterrupt);
    }
    function finish(answer: string): void {
      stdin.off("data", onData);
      question.signal.removeEventListener("abort", onAbort);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write(`${answer}\n`);
      resolve(answer);
    }
  });
}
