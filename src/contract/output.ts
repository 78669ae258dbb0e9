import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { flag, searchText, wholeNumber } from "./fields.ts";
import { gap } from "./tasks.ts";

/**
 * The bytes an attempt wrote. Offsets count what the process wrote; a byte keeps its number when the cap removes
 * earlier ones. Without `attempt`, the latest one is meant.
 */
const byId = z.object({ id: wholeNumber(1) });
const ofAttempt = z.object({ attempt: wholeNumber(1).optional() });
const shared = { method: "GET", tag: "output", status: 200, access: "view_tasks", params: byId } as const;

export const outputLine = z.object({
  /** From 1. */
  number: z.int(),
  /** Offset of the line's first byte. */
  offset: z.int(),
  /** Decoded as UTF-8 (what is not becomes U+FFFD), without the line end, cut at 64 KiB. */
  text: z.string(),
});

export const outputLines = z.object({
  lines: z.array(outputLine),
  /** Lines written so far; an unfinished last one counts. */
  total: z.int(),
  /** What to ask `from` for those that follow; null when there are none yet. */
  next: z.int().nullable(),
  gap: gap.nullable(),
});

export const outputMatch = outputLine.extend({
  /** Offset of the text's first byte: the line's, unless the match is beyond 64 KiB of it; then the part around it is here. */
  text_offset: z.int(),
  /** Where the first match is in the text, in UTF-16 units. */
  match_start: z.int(),
  match_end: z.int(),
  /** Texts of the lines before and after. */
  before: z.array(z.string()),
  after: z.array(z.string()),
});

export const outputMatches = z.object({
  matches: z.array(outputMatch),
  /** Matching lines of the whole output. */
  total: z.int(),
  /** More follow; go on with `from` the last one's number plus one. */
  truncated: z.boolean(),
  gap: gap.nullable(),
});

export const outputStreams = ["stdout", "stderr"] as const;
export type OutputStream = (typeof outputStreams)[number];

/** Bytes that came from standard error, both ends included. */
export const stderrMark = z.object({ first: z.int(), last: z.int() });

export const stderrMarks = z.object({
  /** False: the task was not asked to mark its standard error (`mark_stderr`), so nothing is known. */
  marked: z.boolean(),
  /** Those with a byte in what was asked for, whole, in the order of the output. */
  marks: z.array(stderrMark),
  /** More follow; go on with `first` the last one's `last` plus one. */
  truncated: z.boolean(),
  /** False while it runs; and after it when the copying was ended by force: then the last words may be missing. */
  whole: z.boolean(),
  /** From this byte on nothing is marked: there were more than a million marks before it. Null when all of it is. */
  unmarked_from: z.int().nullable(),
});

/** `event: output` of the stream. Its `id` is the offset to go on from. */
export const outputChunk = z.object({ attempt: z.int(), offset: z.int(), data: z.string() });

export type OutputLines = z.output<typeof outputLines>;
export type OutputMatches = z.output<typeof outputMatches>;
export type StderrMarks = z.output<typeof stderrMarks>;
export type OutputChunk = z.output<typeof outputChunk>;

export const maxLinesPerPage = 5000;
export const maxMatchesPerAnswer = 1000;
export const maxContextLines = 20;
export const maxMarksPerAnswer = 10_000;

export const outputEndpoints = {
  getOutput: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/",
    summary: "The raw bytes. Range is honoured; X-Output-Gap names the bytes the cap removed.",
    kind: "bytes",
    query: ofAttempt.extend({
      stream: z.enum(outputStreams).optional(),
      tail_bytes: wholeNumber(0).optional(),
      download: z.enum(["1", "true"]).optional(),
    }),
    response: z.string(),
  }),
  getOutputLines: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/lines/",
    summary:
      "A page of numbered lines. A negative from counts from the end; not with stream, which takes the lines that have something of it.",
    kind: "json",
    query: ofAttempt.extend({
      stream: z.enum(outputStreams).optional(),
      from: wholeNumber(Number.MIN_SAFE_INTEGER).default(1),
      count: wholeNumber(1, maxLinesPerPage).default(200),
    }),
    response: outputLines,
  }),
  getStderrMarks: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/stderr-marks/",
    summary: "Which bytes came from standard error, of a task submitted with mark_stderr. `end` is not included.",
    kind: "json",
    query: ofAttempt.extend({
      first: wholeNumber(0).default(0),
      end: wholeNumber(0).default(Number.MAX_SAFE_INTEGER),
      limit: wholeNumber(1, maxMarksPerAnswer).default(maxMarksPerAnswer),
    }),
    response: stderrMarks,
  }),
  searchOutput: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/search/",
    summary:
      "The lines that hold a text, or match a regular expression (JavaScript's, Unicode). Numbers are those of lines.",
    kind: "json",
    query: ofAttempt.extend({
      q: searchText(1000),
      regex: flag().optional(),
      ignore_case: flag().optional(),
      before: wholeNumber(0, maxContextLines).default(0),
      after: wholeNumber(0, maxContextLines).default(0),
      from: wholeNumber(1).default(1),
      limit: wholeNumber(1, maxMatchesPerAnswer).default(200),
    }),
    response: outputMatches,
  }),
  streamOutput: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/stream/",
    summary:
      "Server-sent events: `output` with base64 data from the offset on, then, when the attempt is over, `end` with the task. One that is still pending then is tried again: ask for the next attempt.",
    kind: "events",
    query: ofAttempt.extend({ offset: wholeNumber(0).optional() }),
    response: outputChunk,
  }),
};
