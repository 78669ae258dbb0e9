import type { AttemptEnding } from "../supervise/ending.ts";

/** The end of an attempt whose files could not be written, so that its launcher was never told of it. */
export function filesNotWritten(key: string, endedAtMs: number): AttemptEnding {
  return {
    ...{ key, endedAtMs, pid: null, startedAtMs: null, cpuMs: null },
    how: { kind: "not_started", problem: "files" },
    ...{ termination: null, leftovers: null, leftAlone: null, figures: null },
  };
}
