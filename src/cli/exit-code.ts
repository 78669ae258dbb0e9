import { constants } from "node:os";
import type { TaskSummary } from "../contract/index.ts";
import { failureExitCode } from "./failure.ts";

const timedOutExitCode = 124;
const notExecutableExitCode = 126;
const notFoundExitCode = 127;

/**
 * The exit code that stands for how a task ended, as a shell would give it:
 * its own; 128+n for signal n; 124 timed out; 126 found but not executable; 127 not found or not startable otherwise;
 * 125 when it is not known how it ended or it never could run (lost, unknown, dependency failed).
 * A killed task whose process left no signal (killed while pending, or it caught the signal and exited 0) counts as
 * ended by SIGTERM, so that a kill never looks like success.
 */
export function exitCodeOf(task: Pick<TaskSummary, "status" | "outcome" | "exit_code" | "signal" | "reason">): number {
  switch (task.outcome) {
    case "timed_out":
      return timedOutExitCode;
    case "spawn_failed":
      // The API has one outcome for both; the sentence is what tells them apart.
      return task.reason?.includes("not executable") === true ? notExecutableExitCode : notFoundExitCode;
    case "lost":
    case "unknown":
    case "dependency_failed":
      return failureExitCode;
    case "killed":
    case "exited":
    case "signalled":
    case null:
      return ownExitCode(task);
    default:
      task.outcome satisfies never;
      // A newer server may know outcomes that this client does not.
      return failureExitCode;
  }
}

function ownExitCode(task: Pick<TaskSummary, "status" | "exit_code" | "signal">): number {
  if (task.signal !== null) {
    return signalExitCode(task.signal);
  }
  if (task.status === "killed") {
    return task.exit_code === null || task.exit_code === 0 ? signalExitCode("SIGTERM") : task.exit_code;
  }
  return task.exit_code ?? failureExitCode;
}

/** 128 + the signal's number; 125 for a name this system does not know. */
function signalExitCode(name: string): number {
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1];
  return number === undefined ? failureExitCode : 128 + number;
}
