import type { CgroupFigures } from "./cgroup/attempt-cgroup.ts";
import type { TerminationReport } from "./processes/termination.ts";

/** How an attempt ended, as far as the machine can tell. */
export type How =
  | { kind: "exited"; code: number }
  | { kind: "signalled"; signal: string }
  /** It never became the program; `problem` is the word of the journal's `f` record. */
  | { kind: "not_started"; problem: string }
  /** It ended, and its shim did not live to say how, or could not write it down. */
  | { kind: "unknown" }
  /** The machine restarted under it, or what was known of it is gone. */
  | { kind: "lost"; cause: "restart" | "no-journal" };

export type AttemptEnding = {
  key: string;
  how: How;
  pid: number | null;
  /** Epoch milliseconds, by the clock of the shim; null when it never started. */
  startedAtMs: number | null;
  endedAtMs: number;
  /** Processor time of all waited-for processes; null when nobody measured it. */
  cpuMs: number | null;
  /** What ending it took, when the manager ended it. */
  termination: TerminationReport | null;
  /** What ending the processes it left behind took, when there were any. */
  leftovers: TerminationReport | null;
  /** Process numbers of those it left behind that were left alone, as configured; null when there are none. */
  leftAlone: readonly number[] | null;
  /** What the kernel counted for its cgroup; null when it ran without. */
  figures: CgroupFigures | null;
};
