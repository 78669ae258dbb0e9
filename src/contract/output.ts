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

/** `event: output` of the stream. Its `id` is the offset to go on from. */
export const outputChunk = z.object({ attempt: z.int(), offset: z.int(), data: z.string() });

export type OutputLines = z.output<typeof outputLines>;
export type OutputMatches = z.output<typeof outputMatches>;
export type OutputChunk = z.output<typeof outputChunk>;

export const maxLinesPerPage = 5000;
export const maxMatchesPerAnswer = 1000;
export const maxContextLines = 20;

export const outputEndpoints = {
  getOutput: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/",
    summary: "The raw bytes. Range is honoured; X-Output-Gap names the bytes the cap removed.",
    kind: "bytes",
    query: ofAttempt.extend({
      stream: z.enum(["stdout", "stderr"]).optional(),
      tail_bytes: wholeNumber(0).optional(),
      download: z.enum(["1", "true"]).optional(),
    }),
    response: z.string(),
  }),
  getOutputLines: endpoint({
    ...shared,
    path: "/taskapi/tasks/:id/output/lines/",
    summary: "A page of numbered lines. A negative from counts from the end.",
    kind: "json",
    query: ofAttempt.extend({
      from: wholeNumber(Number.MIN_SAFE_INTEGER).default(1),
      count: wholeNumber(1, maxLinesPerPage).default(200),
    }),
    response: outputLines,
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
