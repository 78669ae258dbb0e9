import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AttemptEnding, How } from "../ending.ts";
import type { Means } from "../launcher/snippet.ts";
import { type AttemptOrder, noLimits } from "../order.ts";
import { Supervisor } from "../supervisor.ts";
import { makeTrialDirectory } from "./trial-directory.ts";

/**
 * What a machine can do is found out by doing it: one attempt, started and watched exactly as a task's would be, in a
 * directory of its own that is removed afterwards.
 */
export type Capability = {
  isAvailable: boolean;
  /** What does it here; empty when nothing does. */
  how: string;
  /** Why it is not available, or what is not; null when there is nothing to say. */
  reason: string | null;
};

export type ProbeMeans = Means & { searchPath: string };

/** What a probe's program exits with when all is as it should be; also proves that 128 + signal stays an exit. */
export const provenExit = 142;

const patienceMs = 20_000;

/** `marks` is the record of marks of its standard error, as it is; null without one. */
type TriedOut = { how: How | null; output: string; marks: string | null };

export async function tryOut(
  means: ProbeMeans,
  command: string,
  more: Partial<AttemptOrder> & { isMarked?: boolean } = {},
): Promise<TriedOut> {
  const { directory, cwd } = makeTrialDirectory(means.runAs);
  const { isMarked = false, ...asked } = more;
  const marksPath = join(directory, "marks");
  const order: AttemptOrder = {
    key: `0.0.${directory.slice(-6)}`,
    program: { kind: "command", command },
    cwd,
    env: { PATH: `${means.searchPath}:/usr/sbin:/usr/bin:/sbin:/bin` },
    stdin: null,
    input: false,
    pty: null,
    stderrMarksPath: isMarked ? marksPath : null,
    sandbox: "none",
    limits: noLimits,
    outputPath: join(directory, "output"),
    ...asked,
  };
  try {
    const how = await runToEnd(means, join(directory, "node"), order);
    return { how, output: readIfThere(order.outputPath) ?? "", marks: readIfThere(marksPath) };
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Null when it did not end in time. */
async function runToEnd(means: ProbeMeans, directory: string, order: AttemptOrder): Promise<How | null> {
  const { promise, resolve } = Promise.withResolvers<AttemptEnding>();
  const supervisor = new Supervisor({
    ...means,
    directory,
    onStarted: () => undefined,
    onEnded: resolve,
    onOrphaned: () => undefined,
    onWarning: () => undefined,
  });
  // Neither the journal's watch nor the supervisor's tick keeps the process awake.
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
  }, patienceMs);
  const giveUp = new Promise<null>((give) => setTimeout(give, 2 * patienceMs, null).unref());
  try {
    supervisor.start(order);
    const ending = await Promise.race([promise, giveUp]);
    return isLate || ending === null ? null : ending.how;
  } finally {
    clearTimeout(timer);
    supervisor.close();
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

export function isProven(how: How | null): boolean {
  return how?.kind === "exited" && how.code === provenExit;
}

/** What went wrong, for a reason: the first line it said, and how it ended. */
export function describeFailure({ how, output }: Pick<TriedOut, "how" | "output">): string {
  const said = output.trim().split("\n")[0] ?? "";
  const end =
    how === null
      ? "it did not end"
      : how.kind === "not_started"
        ? `it could not start (${how.problem})`
        : endWords(how);
  return said === "" ? end : `${said} (${end})`;
}

function endWords(how: How): string {
  return how.kind === "exited" ? `exit ${how.code}` : how.kind === "signalled" ? how.signal : how.kind;
}
