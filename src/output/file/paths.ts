import { join } from "node:path";
import type { AttemptRef } from "../output.ts";

/** A folder holds the output of a thousand tasks: one for each task would cost more than the file itself. */
const tasksPerFolder = 1000;

/** Path of the file the attempt's process writes to. */
export function outputPath(directory: string, attempt: AttemptRef): string {
  const folder = Math.floor(attempt.taskId / tasksPerFolder);
  return join(directory, String(folder), `${attempt.taskId}.${attempt.attempt}`);
}

/** Whether a file system call failed because there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
