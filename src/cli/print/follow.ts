import type { FollowEvent } from "../../client/follow.ts";
import type { TaskDetail } from "../../contract/index.ts";
import { type Deps, tell } from "../deps.ts";
import { writeBytes } from "./output.ts";
import { oneLine } from "./text.ts";

export type FollowPrinterOptions = {
  /** Offset of the first byte that is expected. */
  from: number;
  /** False when only the end matters. */
  showOutput: boolean;
};

/**
 * Prints what comes while a task is followed: its bytes, and on standard error that a connection broke (once), that
 * bytes are missing, or that an attempt ended and another one follows.
 */
export function followPrinter(deps: Deps, options: FollowPrinterOptions): (event: FollowEvent) => Promise<void> {
  let expected = options.from;
  let toldOfBreak = false;
  return async (event) => {
    if (event.kind === "interrupted" && !toldOfBreak) {
      toldOfBreak = true;
      tell(deps, "connection lost, trying again");
    }
    if (event.kind === "attempt_ended") {
      expected = 0;
      tell(deps, attemptSentence(event.attempt, event.task));
    }
    if (event.kind === "output" && options.showOutput) {
      if (event.offset > expected) {
        tellOfGap(deps, `${expected}-${event.offset - 1}`);
      }
      expected = event.offset + event.data.length;
      await writeBytes(deps.stdout, event.data);
    }
  };
}

/** How the attempt ended and when the next one starts; less when we come so late that it runs already. */
function attemptSentence(attempt: number, task: TaskDetail): string {
  if (task.status === "pending" && task.attempt === attempt && task.reason !== null) {
    return oneLine(task.reason.charAt(0).toLowerCase() + task.reason.slice(1));
  }
  return `attempt ${attempt} of ${task.max_attempts} is over; attempt ${attempt + 1} has begun`;
}

/** Says which bytes the server no longer has; `range` is the first and the last offset. */
export function tellOfGap(deps: Deps, range: string): void {
  tell(deps, `bytes ${range} are missing: the output grew larger than the server keeps`);
}
