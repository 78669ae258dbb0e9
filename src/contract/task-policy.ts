import { z } from "zod";

/** How a task may be bounded and tried again: limits, retry, sandbox, terminal. */
const positive = { error: "Ensure this value is greater than 0." };
const gibibyte = 1024 ** 3;

/** What ends an attempt that uses more. Each may be left out. */
export const limits = z.strictObject({
  /** Resident memory of all its processes together. */
  memory_bytes: z
    .int()
    .positive(positive)
    .max(1024 * 1024 * gibibyte)
    .nullish(),
  /** Processor time of all its processes together. */
  cpu_seconds: z.int().positive(positive).max(315_360_000).nullish(),
  /** Processes at once. */
  processes: z.int().positive(positive).max(4_194_304).nullish(),
  /** Open files of each process. */
  open_files: z.int().positive(positive).max(1_048_576).nullish(),
  /** Niceness: 19 is the most yielding; below 0 needs root. */
  nice: z.int().min(-20).max(19).nullish(),
  /** Bytes written to standard output and error. (What is kept of them is another matter: UTM_OUTPUT_CAP_BYTES.) */
  output_bytes: z
    .int()
    .positive(positive)
    .max(1024 * 1024 * gibibyte)
    .nullish(),
});

export const limitNames = ["memory_bytes", "cpu_seconds", "processes", "open_files", "nice", "output_bytes"] as const;
export type LimitName = (typeof limitNames)[number];
export type Limits = z.output<typeof limits>;

/**
 * How a limit is kept. `cgroup`, `rlimit`, `scheduler`: by the kernel, exactly. `rlimit` binds each process by itself, so
 * where the limit is about all of them it is sampled as well. `sampled`: the node looks, and ends the attempt when it
 * sees more.
 */
export const enforcements = ["cgroup", "rlimit", "rlimit_and_sampled", "sampled", "scheduler"] as const;
export type Enforcement = (typeof enforcements)[number];

export const limitInForce = z.object({ limit: z.enum(limitNames), value: z.number(), how: z.enum(enforcements) });
export type LimitInForce = z.output<typeof limitInForce>;

/** What a retry may follow. `failed`: its own failure or a limit. `lost`: nobody knows whether it did its work. */
export const retryCauses = ["failed", "timed_out", "lost"] as const;
export type RetryCause = (typeof retryCauses)[number];

export const maxRetryDelaySeconds = 604_800;

export const retry = z.strictObject({
  /** Attempts at most, the first one included. */
  attempts: z.int().min(1).max(1000),
  backoff: z.enum(["fixed", "exponential"]).default("fixed"),
  delay_seconds: z.number().min(0).max(maxRetryDelaySeconds).default(10),
  /** Where an exponential delay stops growing. */
  max_delay_seconds: z.number().min(0).max(maxRetryDelaySeconds).default(3600),
  /** Part of the delay that is left to chance, so that many tasks do not come back at once: 0.2 is ±20 %. */
  jitter: z.number().min(0).max(1).default(0),
  on: z.array(z.enum(retryCauses)).min(1).default(["failed", "timed_out"]),
});
export type Retry = z.output<typeof retry>;

/**
 * `strict`: own processes, no network, everything read-only but the working directory (and that, too, when it is a home or
 * one of the system's) and a private /tmp. Refused where it cannot be had.
 */
export const sandboxModes = ["none", "strict"] as const;
export type SandboxMode = (typeof sandboxModes)[number];

/** A terminal's size in characters. */
export const terminalSize = z.object({
  columns: z.int().min(1).max(1000).default(120),
  rows: z.int().min(1).max(1000).default(40),
});
