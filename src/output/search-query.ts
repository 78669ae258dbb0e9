/** What to look for in an output, line by line. */
export type SearchQuery = {
  /** The text itself, or a regular expression. Holds no line break: a match lies within one line. */
  text: string;
  isRegex: boolean;
  ignoresCase: boolean;
  /** Lines shown before and after each match. */
  before: number;
  after: number;
  /** Number of the first line whose match is shown; earlier ones only count. */
  from: number;
  /** At most so many matches are shown. */
  limit: number;
};

/**
 * The regular expression of a query; null when bytes can be compared instead. Throws the engine's SyntaxError. In the
 * strict syntax of the `u` flag, where a mistake is an error and not a letter, and `.` is a character and not half of one.
 */
export function searchExpression(query: Pick<SearchQuery, "text" | "isRegex" | "ignoresCase">): RegExp | null {
  if (!query.isRegex && !query.ignoresCase) {
    return null;
  }
  const source = query.isRegex ? query.text : query.text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return new RegExp(source, query.ignoresCase ? "giu" : "gu");
}
