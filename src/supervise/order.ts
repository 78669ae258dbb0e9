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
  /** Text for standard input; null for /dev/null. */
  stdin: string | null;
  /** File the process appends its output to; its folder exists. */
  outputPath: string;
  /** What all its processes together may not exceed, where its cgroup can hold them to it; no limit when left out. */
  limits?: { memoryBytes?: number | null; processes?: number | null };
};

/** The user attempts run as, when it is not the server's own. */
export type RunAs = { name: string; uid: number; gid: number; home: string };
