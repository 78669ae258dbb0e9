import type { OutputStream, StderrMarks } from "../../contract/index.ts";
import type { AttemptRef } from "../../output/output.ts";
import type { TaskRow } from "../../store/store.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput } from "../failure.ts";
import { attemptOf } from "./output-attempt.ts";

/** Standard output and standard error told apart, of attempts that were asked to mark the latter. */
export async function readStderrMarks(
  context: Context,
  actor: Actor,
  id: number,
  query: { attempt?: number | undefined; first: number; end: number; limit: number },
): Promise<StderrMarks> {
  const task = await findVisibleTask(context, actor, id);
  const ref = await attemptOf(context, task, query.attempt);
  const range = { first: query.first, end: query.end, most: query.limit + 1 };
  const found = ref === null ? null : await context.output.stderrMarks(ref, range);
  if (found === null) {
    // One that never started has written nothing, and nothing of it is missing.
    const whole = task.spec.markStderr && ref !== null && (await context.output.size(ref)) === 0;
    return { marked: task.spec.markStderr, marks: [], truncated: false, whole, unmarked_from: null };
  }
  const marks = found.marks.slice(0, query.limit);
  const { isWhole: whole, unmarkedFrom } = found;
  return { marked: true, marks, truncated: found.marks.length > marks.length, whole, unmarked_from: unmarkedFrom };
}

/** One of the streams alone can be had where they are told apart. */
export function refuseUnmarked(task: TaskRow, stream: OutputStream | undefined): void {
  if (stream !== undefined && !task.spec.markStderr) {
    const message =
      "Standard output and standard error are kept as one, in the order they were written. A task submitted with mark_stderr has them told apart.";
    throw new InvalidInput({ stream: [message] });
  }
}

type Range = { first: number; end: number };

const marksAtOnce = 10_000;

/** The parts of a range that came from one of the streams, in order. Of more marks than memory should hold at once. */
export async function* partsOf(
  context: Pick<Context, "output">,
  ref: AttemptRef,
  stream: OutputStream,
  range: Range,
): AsyncGenerator<Range> {
  let next = range.first;
  while (next < range.end) {
    const found = await context.output.stderrMarks(ref, { first: next, end: range.end, most: marksAtOnce });
    const marks = found?.marks ?? [];
    for (const { first, last } of marks) {
      const part = { first: Math.max(first, next), end: Math.min(last + 1, range.end) };
      if (stream === "stderr") {
        yield part;
      } else if (part.first > next) {
        yield { first: next, end: part.first };
      }
      next = part.end;
    }
    if (marks.length < marksAtOnce) {
      break;
    }
  }
  if (stream === "stdout" && next < range.end) {
    yield { first: next, end: range.end };
  }
}
