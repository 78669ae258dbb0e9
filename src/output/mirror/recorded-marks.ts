import type { MarkSource } from "../blocks/mark-source.ts";
import type { AttemptRef } from "../output.ts";
import { parseMarks, type StderrMark, type StderrMarks } from "../stderr-marks.ts";

/** As many are answered at once, at most, as of a file. */
const mostMarks = 65_536;

/** The marks of a window as another machine brought them to the record; null when it brought none. */
export async function readRecordedMarks(
  source: MarkSource,
  attempt: AttemptRef,
  { first, end, most: wanted = mostMarks }: { first: number; end: number; most?: number },
): Promise<StderrMarks | null> {
  // Asked before the rows: when it says that all of them are there, they are.
  const last = await source.last(attempt);
  if (last === null) {
    return null;
  }
  const most = Math.min(wanted, mostMarks);
  const marks: StderrMark[] = [];
  let next = first;
  let isMore = first < end;
  while (isMore && marks.length < most) {
    const page = await source.list({ ...attempt, first: next, end });
    for (const { text } of page.rows) {
      marks.push(...parseMarks(text).marks.filter((mark) => mark.last >= next && mark.first < end));
    }
    next = page.rows.at(-1)?.endByte ?? end;
    isMore = page.isMore;
  }
  const { isWhole, unmarkedFrom } = parseMarks(last.text);
  return { marks: marks.slice(0, most), isWhole, unmarkedFrom };
}
