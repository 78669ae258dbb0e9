import type { TaskDetail } from "../contract/index.ts";
import { type Attendance, attendTask } from "./attend.ts";
import type { AttendOptions } from "./attention.ts";
import type { Connection } from "./connection.ts";
import { type Deps, tell } from "./deps.ts";
import { exitCodeOf } from "./exit-code.ts";
import { failureExitCode } from "./failure.ts";
import { printJson } from "./print/output.ts";
import { endSentence } from "./print/task.ts";
import { type SignalWatch, watchSignals } from "./signals.ts";
import { type SubmitRequest, submitTask } from "./submit.ts";

export type SubmitAndAttendOptions = {
  /** Only prints the id. */
  isDetached: boolean;
  json: boolean;
  input: AttendOptions["input"];
};

/** Submits a task and, unless detached, stays with it until it is over. The exit code stands for its end. */
export async function submitAndAttend(
  submit: SubmitRequest,
  options: SubmitAndAttendOptions,
  deps: Deps & Connection,
): Promise<number> {
  const onRetry = () => tell(deps, "connection lost, asking again whether the task was submitted");
  if (options.isDetached) {
    return printDetached(await submitTask(submit, { onRetry }), options, deps);
  }
  const signals = watchSignals(["SIGINT", "SIGTERM"]);
  try {
    const task = await submitTask(submit, { onRetry, signal: signals.impatience });
    return await attend(task, options, signals, deps);
  } finally {
    signals.stop();
  }
}

function printDetached(task: TaskDetail, { json }: SubmitAndAttendOptions, deps: Deps): number {
  if (json) {
    printJson(deps, task);
    return 0;
  }
  deps.stdout.write(`${task.id}\n`);
  if (deps.stdout.isTTY === true && deps.stderr.isTTY === true) {
    tell(deps, `see its output with "utm logs -f ${task.id}"`);
  }
  return 0;
}

async function attend(
  task: TaskDetail,
  options: SubmitAndAttendOptions,
  signals: SignalWatch,
  deps: Deps & Connection,
): Promise<number> {
  if (deps.stderr.isTTY === true) {
    tell(deps, `task ${task.id} submitted`);
  }
  const attendance = await attendOrSayWhich(task.id, options, signals, deps);
  if (!attendance.ended) {
    tell(deps, `task ${task.id} goes on; see its output with "utm logs -f ${task.id}"`);
    return 0;
  }
  if (options.json) {
    printJson(deps, attendance.task);
  }
  const exitCode = exitCodeOf(attendance.task);
  if (exitCode !== 0) {
    tell(deps, endSentence(attendance.task));
  }
  return attendance.inputFailure === null ? exitCode : failureExitCode;
}

/** A task we lose sight of may go on; then the person needs its id. */
async function attendOrSayWhich(
  taskId: number,
  { json, input }: SubmitAndAttendOptions,
  signals: SignalWatch,
  deps: Deps & Connection,
): Promise<Attendance> {
  try {
    return await attendTask(deps, { client: deps.client, taskId, signals, showOutput: !json, input });
  } catch (error) {
    tell(deps, `lost sight of task ${taskId}, which may go on; see "utm show ${taskId}"`);
    throw error;
  }
}
