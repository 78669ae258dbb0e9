import type { OutputMatches } from "../../contract/index.ts";
import { SearchGivenUp, type SearchMatch, type SearchResult } from "../../output/output.ts";
import { type SearchQuery, searchExpression } from "../../output/search-query.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { attemptOf } from "./output-attempt.ts";

type Search = {
  attempt?: number | undefined;
  q: string;
  regex?: boolean | undefined;
  ignore_case?: boolean | undefined;
  before: number;
  after: number;
  from: number;
  limit: number;
};

const nothing: SearchResult = { matches: [], total: 0, isTruncated: false, gap: null };

/** The lines of an attempt that match. Ends with the connection of the asker. */
export async function searchOutput(
  context: Context,
  actor: Actor,
  id: number,
  search: Search,
  signal: AbortSignal,
): Promise<OutputMatches> {
  const task = await findVisibleTask(context, actor, id);
  const query = readQuery(search);
  const ref = await attemptOf(context, task, search.attempt);
  const result = ref === null ? nothing : await context.output.search(ref, query, signal).catch(refuseGivenUp);
  // Null when the asker went away: nobody reads this answer.
  const { matches, total, isTruncated, gap } = result ?? nothing;
  return { matches: matches.map(presentMatch), total, truncated: isTruncated, gap };
}

function readQuery(search: Search): SearchQuery {
  const { q: text, before, after, from, limit } = search;
  const query = { text, isRegex: search.regex === true, ignoresCase: search.ignore_case === true };
  try {
    searchExpression(query);
  } catch (error) {
    throw new InvalidInput({ q: [(error as SyntaxError).message] });
  }
  return { ...query, before, after, from, limit };
}

function refuseGivenUp(error: unknown): never {
  throw error instanceof SearchGivenUp ? new Refusal("search_given_up", { seconds: error.seconds }) : error;
}

function presentMatch(match: SearchMatch): OutputMatches["matches"][number] {
  const { number, offset, text, before, after } = match;
  const { textOffset: text_offset, matchStart: match_start, matchEnd: match_end } = match;
  return { number, offset, text, text_offset, match_start, match_end, before, after };
}
