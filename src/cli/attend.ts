import { followOutput } from "../client/follow.ts";
import type { TaskDetail } from "../contract/index.ts";
import { type AttendOptions, createAttention } from "./attention.ts";
import type { Deps } from "./deps.ts";
import { followPrinter } from "./print/follow.ts";

/**
 * Attends a task: its output goes to standard output until it is over, and signals to us become orders for it.
 *
 * On a terminal Ctrl-C asks what to do; while it asks, output waits, and a second Ctrl-C means kill. Anywhere else the
 * first signal kills: a script that dies must not leave its work running. After a kill we stay until the task is really
 * over, because its process may need its grace; one more signal sends SIGKILL, and one more after that lets us leave.
 * SIGHUP is left alone: a terminal that vanished is no order to kill, so we end and the task goes on.
 *
 * A task that gets our standard input gets all of it or is killed: nobody could tell half of an archive from a whole one.
 * Only somebody at a terminal is told and goes on.
 */
export type Attendance =
  /** `inputFailure`: it did not get all of our standard input, and was killed for that. */
  { ended: true; task: TaskDetail; inputFailure: Error | null } | { ended: false };

/** Resolves at the end of the task, or when the person detaches. Throws ApiFailure and CliFailure. */
export async function attendTask(deps: Deps, options: AttendOptions): Promise<Attendance> {
  const attention = createAttention(deps, options);
  options.signals.handle(attention.onSignal);
  const print = followPrinter(deps, { from: 0, showOutput: options.showOutput });
  try {
    for await (const event of followOutput(options.client, options.taskId, { signal: attention.stop.signal })) {
      await attention.question();
      if (attention.stop.signal.aborted) {
        break;
      }
      if (event.kind === "end") {
        return { ended: true, task: event.task, inputFailure: attention.inputFailure() };
      }
      await print(event);
    }
  } catch (error) {
    if (!attention.stop.signal.aborted) {
      throw error;
    }
  } finally {
    attention.feed?.stop();
  }
  attention.throwFailure();
  return { ended: false };
}
