import { expect, test } from "vitest";
import { pillsOf, readAddress, readTyped, typedSearch, writeAddress } from "./filter-words.ts";
import { noFilter, type TaskFilter } from "./task-filter.ts";

const mine: TaskFilter = { ...noFilter, owner: "anna" };
const read = (typed: string, isDone = true, filter = mine) => readTyped(typed, filter, "anna", isDone);

test("words with a name are filters, the others are searched for", () => {
  expect(read('status:failed,killed pg_dump tag:nightly "two words" node:alpha')).toEqual({
    change: { statuses: ["failed", "killed"], tag: "nightly", node: "alpha" },
    search: "pg_dump two words",
    kept: "",
    problems: [],
  });
});

test("a second status is one more", () => {
  expect(read("status:failed status:running", true, { ...mine, statuses: ["killed"] }).change).toEqual({
    statuses: ["running", "failed", "killed"],
  });
});

test("the word being typed waits for a blank", () => {
  expect(read("make status:fai", false)).toEqual({ change: {}, search: "make", kept: "status:fai", problems: [] });
  expect(read("make status:failed ", false)).toMatchObject({ change: { statuses: ["failed"] }, kept: "" });
});

test.each([
  ["status:faild", /"faild" is no status.*pending, running/],
  ["outcome:bad", /no outcome.*timed_out/],
  ["colour:red", /no filter "colour".*status, outcome/],
  ["tag:", /behind the colon/],
  ["since:soon", /"soon" is no moment/],
  ["ended_since:soon", /"soon" is no moment/],
])("%s is told and stays in the field", (word, why) => {
  const typed = read(`make ${word}`);
  expect(typed).toMatchObject({ change: {}, search: "make", kept: word, problems: [{ word }] });
  expect(typed.problems[0]?.why).toMatch(why);
});

test("quotes and addresses of the web are text", () => {
  expect(read('"status:failed" http://example.com/')).toMatchObject({
    search: "status:failed http://example.com/",
    change: {},
    problems: [],
  });
  expect(typedSearch("status:failed http://example.com/ x")).toBe('"status:failed" http://example.com/ x');
});

test("when a task ended is a filter of its own", () => {
  expect(read("ended_since:yesterday ended_before:today").change).toEqual({
    endedSince: "yesterday",
    endedBefore: "today",
  });
  expect(typedSearch("ended_since:today")).toBe('"ended_since:today"');
});

test("owners: oneself, everybody, somebody", () => {
  expect(read("owner:all").change).toEqual({ owner: null });
  expect(read("owner:me").change).toEqual({ owner: "anna" });
  expect(read("owner:ben").change).toEqual({ owner: "ben" });
});

test("an address keeps all of a filter, and what it cannot use is told", () => {
  const filter: TaskFilter = {
    ...{ statuses: ["failed"], outcomes: ["lost"], search: "a b", tag: "t", queue: "q", node: "n" },
    ...{ since: "2h", until: "2026-11-30", endedSince: "today", endedBefore: "2026-11-30T14:05", owner: null },
  };
  expect(readAddress(writeAddress(filter, "anna"), mine, "anna")).toEqual({ filter, problems: [] });
  expect(readAddress({ status: "faild", tag: "t" }, mine, "anna")).toMatchObject({
    filter: { ...mine, tag: "t" },
    problems: [{ word: "status:faild" }],
  });
});

test("each filter has a pill that takes it away", () => {
  const ended = { endedSince: "yesterday", endedBefore: "today" };
  const filter: TaskFilter = { ...mine, statuses: ["failed", "killed"], since: "2h", ...ended, owner: "ben" };
  expect(pillsOf(filter, "anna").map(({ word, value }) => `${word}:${value}`)).toEqual([
    "status:failed,killed",
    "owner:ben",
    "since:2h",
    "ended_since:yesterday",
    "ended_before:today",
  ]);
  const bare = Object.assign({}, filter, ...pillsOf(filter, "anna").map((pill) => pill.without));
  expect(bare).toEqual(mine);
  expect(pillsOf({ ...mine, owner: null }, "anna")).toEqual([]);
});
