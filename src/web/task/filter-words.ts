import { outcomes, taskStatuses } from "../../contract/index.ts";
import { listText } from "../task-list-text.ts";
import { momentMs } from "./moments.ts";
import { filterFields, type TaskFilter } from "./task-filter.ts";

/** The words of a filter as one types them, `status:failed,killed tag:nightly "two words" text`, and as the address has them. */
export const filterWords = [
  "status",
  "outcome",
  "tag",
  "queue",
  "node",
  "owner",
  "since",
  "until",
  "ended_since",
  "ended_before",
] as const;
export type FilterWord = (typeof filterWords)[number];

/** The words whose value is a moment: which field has it, and which end of a day that is meant. */
const moments = {
  since: ["since", "start"],
  until: ["until", "end"],
  ended_since: ["endedSince", "start"],
  ended_before: ["endedBefore", "start"],
} as const satisfies Partial<Record<FilterWord, [keyof TaskFilter, "start" | "end"]>>;

/** A word that cannot be used, and why. */
export type Problem = { word: string; why: string };

export type TypedFilter = {
  /** What the words with a name change. */
  change: Partial<TaskFilter>;
  /** The words without one: what to search for. */
  search: string;
  /** Words that cannot be used, or not yet: they stay in the field. */
  kept: string;
  problems: Problem[];
};

const token = /([a-z_]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|\S+/gi;
const looksNamed = /^[a-z_]+:(?!\/\/)/i;

/** What is searched for, as one would type it: a word that looks like a filter stands in quotes. */
export function typedSearch(search: string): string {
  return search
    .split(" ")
    .map((word) => (looksNamed.test(word) ? `"${word}"` : word))
    .join(" ");
}

/**
 * Reads what stands in the field. The last word is still being typed unless `isDone`: one with a name is left alone until
 * a blank follows.
 */
export function readTyped(typed: string, filter: TaskFilter, me: string, isDone: boolean): TypedFilter {
  const read: TypedFilter = { change: {}, search: "", kept: "", problems: [] };
  const free: string[] = [];
  const kept: string[] = [];
  for (const match of typed.matchAll(token)) {
    const [word, name, quoted, plain, text] = match;
    const isLast = match.index + word.length === typed.length;
    if (name === undefined || plain?.startsWith("//")) {
      free.push(text ?? word);
    } else if (isLast && !isDone) {
      kept.push(word);
    } else {
      const value = quoted ?? plain ?? "";
      const answer = readWord(name.toLowerCase(), value, { ...filter, ...read.change }, me);
      if ("why" in answer) {
        kept.push(word);
        read.problems.push({ word, why: answer.why });
      } else {
        Object.assign(read.change, answer);
      }
    }
  }
  return { ...read, search: free.join(" "), kept: kept.join(" ") };
}

/** What `name:value` makes of a filter, or why it makes nothing. */
function readWord(name: string, value: string, filter: TaskFilter, me: string): Partial<TaskFilter> | { why: string } {
  const word = filterWords.find((known) => known === name);
  if (word === undefined) {
    return { why: listText.problems.noFilter(name, filterWords) };
  }
  if (value === "") {
    return { why: listText.problems.noValue(word) };
  }
  switch (word) {
    case "status":
      return several("statuses", taskStatuses, value, filter.statuses);
    case "outcome":
      return several("outcomes", outcomes, value, filter.outcomes);
    case "owner":
      return { owner: value === "all" || value === "*" ? null : value === "me" ? me : value };
    case "tag":
    case "queue":
    case "node":
      return { [word]: value };
  }
  const [field, edge] = moments[word];
  return momentMs(value, edge, Date.now()) === null ? { why: listText.problems.noMoment(value) } : { [field]: value };
}

function several<Word extends string>(
  field: "statuses" | "outcomes",
  known: readonly Word[],
  value: string,
  before: readonly string[],
): Partial<TaskFilter> | { why: string } {
  const given = value
    .toLowerCase()
    .split(",")
    .filter((word) => word !== "");
  const unknown = given.find((word) => !known.some((one) => one === word));
  if (unknown !== undefined) {
    return { why: listText.problems.noSuch(field, unknown, known) };
  }
  return { [field]: known.filter((one) => before.includes(one) || given.includes(one)) };
}

/** The search part of an address. */
export type TasksSearch = Partial<Record<FilterWord | "q", string | undefined>>;

/** Reads an address. Without an owner, and for those who see no others', it is about one's own tasks. */
export function readAddress(
  search: TasksSearch,
  base: TaskFilter,
  me: string,
): { filter: TaskFilter; problems: Problem[] } {
  let filter: TaskFilter = { ...base, search: search.q ?? "" };
  const problems: Problem[] = [];
  for (const name of filterWords) {
    const value = search[name];
    if (value !== undefined) {
      const answer = readWord(name, value, filter, me);
      if ("why" in answer) {
        problems.push({ word: `${name}:${value}`, why: answer.why });
      } else {
        filter = { ...filter, ...answer };
      }
    }
  }
  return { filter, problems };
}

/** The same the other way. */
export function writeAddress(filter: TaskFilter, me: string): TasksSearch {
  return {
    ...filterFields(filter),
    since: filter.since || undefined,
    until: filter.until || undefined,
    ended_since: filter.endedSince || undefined,
    ended_before: filter.endedBefore || undefined,
    owner: filter.owner === null ? "all" : filter.owner === me ? undefined : filter.owner,
    q: filter.search || undefined,
  };
}

export type Pill = { word: FilterWord; value: string; without: Partial<TaskFilter> };

/** What a filter leaves out, one pill each, and the change that takes it away. The owner has one when it is another. */
export function pillsOf(filter: TaskFilter, me: string): Pill[] {
  const words = writeAddress(filter, me);
  const without: Record<FilterWord, Partial<TaskFilter>> = {
    ...{ status: { statuses: [] }, outcome: { outcomes: [] }, owner: { owner: me } },
    ...{ tag: { tag: "" }, queue: { queue: "" }, node: { node: "" }, since: { since: "" }, until: { until: "" } },
    ...{ ended_since: { endedSince: "" }, ended_before: { endedBefore: "" } },
  };
  return filterWords.flatMap((word) => {
    const value = words[word];
    const isShown = value !== undefined && !(word === "owner" && filter.owner === null);
    return isShown ? [{ word, value, without: without[word] }] : [];
  });
}
