/** Everything an attempt's process is started from. Nothing of the server's own environment gets in but through here. */
export type AttemptOrder = {
  /** `<task>.<attempt>.<nonce>`: its name in the journal and the marker in its processes' environment. */
  key: string;
  program:
    | { kind: "command"; command: string }
    | { kind: "argv"; argv: readonly string[] }
    | { kind: "script"; body: string; interpreter: string | null };
  /** Absolute path. */
  cwd: string;
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
  /** Text for standard input; null for none. What is written later comes behind it. */
  stdin: string | null;
  /** Standard input stays open for writing while it runs (input.ts); always so on a terminal. */
  input: boolean;
  /** The size of the terminal it runs on; null for none. */
  pty: { columns: number; rows: number } | null;
  /** File that is to tell which bytes of the output came from standard error; null for not marking them. Not with a terminal. */
  stderrMarksPath: string | null;
  /** `strict`: what launcher/sandbox.ts says. */
  sandbox: "none" | "strict";
  limits: Limits;
  /** File the process appends its output to; its folder exists. */
  outputPath: string;
};

/** Null for no limit of its own. */
export type Limits = {
  /** Processor seconds of each process: SIGXCPU then, SIGKILL five seconds later. */
  cpuSeconds: number | null;
  /** Open files of each process. */
  openFiles: number | null;
  /** Added to the server's own niceness; below zero needs root. */
  nice: number | null;
  /** All processes together. */
  memoryBytes: number | null;
  /** How many at once. */
  processes: number | null;
};

export const noLimits: Limits = { cpuSeconds: null, openFiles: null, nice: null, memoryBytes: null, processes: null };

/** The user attempts run as, when it is not the server's own. */
export type RunAs = { name: string; uid: number; gid: number; home: string };

/** A terminal is typed on. */
export function takesInput(order: Pick<AttemptOrder, "input" | "pty">): boolean {
  return order.input || order.pty !== null;
}
