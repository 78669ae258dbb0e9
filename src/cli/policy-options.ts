import type { Command } from "commander";
import {
  type Limits,
  type limitNames,
  type Retry,
  type RetryCause,
  retryCauses,
  type SandboxMode,
  sandboxModes,
} from "../contract/index.ts";
import { nullForNone, numberOption, orNone, wholeNumberOption, wordOption } from "./arguments.ts";
import type { Deps } from "./deps.ts";
import { parseDelaySeconds, parseDurationSeconds } from "./duration.ts";
import { UsageError } from "./failure.ts";
import { parseSizeBytes } from "./size.ts";
import type { SubmissionBody } from "./submit.ts";

/** How a task is bounded and tried again, its sandbox, terminal, output and input, as options of `run` and `rerun`. */
export type PolicyOptions = {
  retry?: number;
  retryDelay?: number;
  retryBackoff?: Retry["backoff"];
  retryMaxDelay?: number;
  retryJitter?: number;
  retryOn?: RetryCause[];
  memory?: number | "none";
  cpuTime?: number | "none";
  maxProcesses?: number | "none";
  maxFiles?: number | "none";
  nice?: number | "none";
  maxOutput?: number | "none";
  sandbox?: SandboxMode | true;
  pty?: boolean;
  markStderr?: boolean;
  input?: boolean;
};

const backoffs = ["fixed", "exponential"] as const;

export function addPolicyOptions(command: Command): Command {
  return command
    .optionsGroup("Trying again:")
    .option(
      "--retry <number>",
      "try again up to this many times after the first attempt",
      wholeNumberOption("--retry", 0),
    )
    .option("--retry-delay <duration>", "time before the next attempt (default: 10s)", parseDelaySeconds)
    .option(
      "--retry-backoff <how>",
      "fixed (default), or exponential: twice the delay each time",
      wordOption("--retry-backoff", backoffs),
    )
    .option("--retry-max-delay <duration>", "where an exponential delay stops growing (default: 1h)", parseDelaySeconds)
    .option(
      "--retry-jitter <part>",
      "part of the delay left to chance: 0.2 is ±20 %",
      numberOption("--retry-jitter", 0, 1),
    )
    .option("--retry-on <causes>", `after these (default: failed,timed_out), of ${retryCauses.join(", ")}`, parseCauses)
    .optionsGroup("Limits (none: no limit):")
    .option("--memory <size>", "memory of all its processes together, like 512M", orNone(parseSizeBytes))
    .option(
      "--cpu-time <duration>",
      "processor time of all its processes together, like 10m",
      orNone(parseWholeSeconds),
    )
    .option("--max-processes <number>", "processes at once", orNone(wholeNumberOption("--max-processes", 1)))
    .option("--max-files <number>", "open files of each process", orNone(wholeNumberOption("--max-files", 1)))
    .option("--nice <number>", "niceness: 19 yields most, below 0 needs root", orNone(wholeNumberOption("--nice", -20)))
    .option("--max-output <size>", "bytes it may write to its output, like 1G", orNone(parseSizeBytes))
    .optionsGroup("Surroundings:")
    .option(
      "--sandbox [mode]",
      "strict (default when given): own processes, no network, everything read-only but its directory (a home is, too); or none",
      wordOption("--sandbox", sandboxModes),
    )
    .option("--pty", "give it a terminal, of the size of this one")
    .option("--mark-stderr", "mark what it writes to standard error, so that it can be told apart; not with --pty")
    .option("--input", 'keep its standard input open for "utm send"')
    .optionsGroup("Options:");
}

type Policy = Pick<SubmissionBody, "retry" | "limits" | "sandbox" | "pty" | "mark_stderr" | "input">;

/**
 * The fields for what was typed; what was not stays undefined. `former` is the policy of a task that is submitted once
 * more: what was typed replaces single values of it. Throws UsageError.
 */
export function readPolicy(
  options: PolicyOptions,
  deps: Deps,
  former: { retry: Retry | null; limits: Limits | null },
): Policy {
  return {
    retry: readRetry(options, former.retry),
    limits: readLimits(options, former.limits),
    sandbox: options.sandbox === true ? "strict" : options.sandbox,
    pty: options.pty === true ? terminalOf(deps) : undefined,
    mark_stderr: options.markStderr,
    input: options.input,
  };
}

function readRetry(options: PolicyOptions, former: Retry | null): Policy["retry"] {
  const typed = {
    attempts: options.retry === undefined ? undefined : options.retry + 1,
    delay_seconds: options.retryDelay,
    backoff: options.retryBackoff,
    max_delay_seconds: options.retryMaxDelay,
    jitter: options.retryJitter,
    on: options.retryOn,
  };
  const given = withoutUndefined(typed);
  if (Object.keys(given).length === 0) {
    return undefined;
  }
  const attempts = typed.attempts ?? former?.attempts;
  if (attempts === undefined) {
    throw new UsageError("The --retry-… options need --retry with the number of times to try again.");
  }
  return { ...former, ...given, attempts };
}

function readLimits(options: PolicyOptions, former: Limits | null): Policy["limits"] {
  const typed: Record<(typeof limitNames)[number], number | null | undefined> = {
    memory_bytes: nullForNone(options.memory),
    cpu_seconds: nullForNone(options.cpuTime),
    processes: nullForNone(options.maxProcesses),
    open_files: nullForNone(options.maxFiles),
    nice: nullForNone(options.nice),
    output_bytes: nullForNone(options.maxOutput),
  };
  const given = withoutUndefined(typed);
  return Object.keys(given).length === 0 ? undefined : { ...former, ...given };
}

function withoutUndefined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

/** The size of our terminal; where there is none, or it does not know its size, the server's default. */
function terminalOf({ stdout }: Deps): Policy["pty"] {
  const hasSize = stdout.isTTY === true && stdout.columns > 0 && stdout.rows > 0;
  return hasSize ? { columns: stdout.columns, rows: stdout.rows } : true;
}

function parseCauses(text: string): RetryCause[] {
  return text.split(",").map(wordOption("--retry-on", retryCauses));
}

function parseWholeSeconds(text: string): number {
  const seconds = parseDurationSeconds(text);
  if (!Number.isInteger(seconds)) {
    throw new UsageError(`--cpu-time takes whole seconds, not "${text}".`);
  }
  return seconds;
}
