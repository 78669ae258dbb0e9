/**
 * Which bytes of an output came from standard error, of an attempt that was asked to mark them.
 *
 * Its copier (launcher/copier.ts) keeps a record beside the output file: one line of a fixed size for each range, in the
 * order of the output, none overlapping the next. After everything was copied comes a last line that says so; without it,
 * what an ended attempt wrote in its last moment may be missing. A line is written after its bytes, so a reader may see
 * bytes a moment before their mark (up to two seconds when more keeps coming).
 */
export type StderrMark = { first: number; last: number };

export type StderrMarks = {
  marks: StderrMark[];
  /** All that was written is in the output. */
  isWhole: boolean;
  /** From this byte on nothing is marked, since there were too many marks; null when all of it is. */
  unmarkedFrom: number | null;
};

/** Path of the record that belongs to an output file. */
export function stderrMarksPath(outputPath: string): string {
  return `${outputPath}.stderr`;
}

/** Bytes of one line: two numbers of at most 15 digits, flush right, a space between, a line end. */
export const markLineBytes = 32;

/** The last line of a record from which nothing is missing. */
export const wholeLine = `${"whole".padStart(15)} ${"".padStart(15)}\n`;

/** The line of one range. */
export function markLine({ first, last }: StderrMark): string {
  return `${String(first).padStart(15)} ${String(last).padStart(15)}\n`;
}

/** The last lines of a whole record. */
export function closingLines(unmarkedFrom: number | null): string {
  const unmarked = unmarkedFrom === null ? "" : `${"unmarked".padStart(15)} ${String(unmarkedFrom).padStart(15)}\n`;
  return unmarked + wholeLine;
}

/** Reads whole lines; one that is still being written, and what is none, is left out. */
export function parseMarks(text: string): StderrMarks {
  const found: StderrMarks = { marks: [], isWhole: false, unmarkedFrom: null };
  for (let start = 0; start + markLineBytes <= text.length; start += markLineBytes) {
    const line = text.slice(start, start + markLineBytes);
    const [, name, number] = /^ *(\d{1,15}|unmarked) +(\d{1,15})\n$/.exec(line) ?? [];
    if (name === "unmarked") {
      found.unmarkedFrom = Number(number);
    } else if (name !== undefined) {
      found.marks.push({ first: Number(name), last: Number(number) });
    }
    found.isWhole ||= line === wholeLine;
  }
  return found;
}
