import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { contract, type OutputMatches } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { expectRefusal } from "../support/refusal.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Finding lines in what a task wrote. */
const server = startSharedServer();
let ada: Member;
let bob: Member;
let log: number;
beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
  log = await ran(`for n in 1 2 3 4 5 6; do echo "line $n: Straße $((n % 3)) ok"; done; printf 'a\\377b (x) ok'`);
});

async function ran(command: string): Promise<number> {
  const { id } = await ada.submit({ command });
  await ada.waitForEnd(id);
  return id;
}

type Query = Parameters<typeof search>[1];

function search(id: number, query: { q: string; regex?: "1"; ignore_case?: "true"; [name: string]: unknown }) {
  return ada.client.call(contract.searchOutput, { params: { id }, query });
}

const numbersOf = ({ matches }: OutputMatches) => matches.map(({ number }) => number);

describe("lines are found", () => {
  it.each<{ query: Query; numbers: number[] }>([
    { query: { q: "ok" }, numbers: [1, 2, 3, 4, 5, 6, 7] },
    { query: { q: "ok", from: 6 }, numbers: [6, 7] },
    { query: { q: "Straße 0" }, numbers: [3, 6] },
    { query: { q: "OK" }, numbers: [] },
    { query: { q: "LINE 4", ignore_case: "true" }, numbers: [4] },
    { query: { q: "STRAßE 2", ignore_case: "true" }, numbers: [2, 5] },
    { query: { q: "(x)" }, numbers: [7] },
    { query: { q: "(X) ", ignore_case: "true" }, numbers: [7] },
    { query: { q: "^line [24-5]|\\(x", regex: "1" }, numbers: [2, 4, 5, 7] },
    { query: { q: "^a.b", regex: "1" }, numbers: [7] },
    { query: { q: " 1 OK$", regex: "1", ignore_case: "true" }, numbers: [1, 4] },
    { query: { q: "ok", attempt: 1, limit: 1000 }, numbers: [1, 2, 3, 4, 5, 6, 7] },
  ])("$query", async ({ query, numbers }) => {
    const answer = await search(log, query);
    expect(numbersOf(answer)).toEqual(numbers);
    expect(answer).toMatchObject({ truncated: false, gap: null });
    expect(answer.total).toBe(query.from === undefined ? numbers.length : 7);
  });

  it("with number and offset as pages of lines have them, the match's place, and the lines around", async () => {
    const { lines } = await ada.client.call(contract.getOutputLines, { params: { id: log }, query: {} });
    const { matches } = await search(log, { q: "ße \\d", regex: "1", before: 1, after: 20 });
    expect(matches[1]).toEqual({
      ...lines[1],
      text_offset: lines[1]?.offset,
      match_start: 12,
      match_end: 16,
      before: ["line 1: Straße 1 ok"],
      after: lines.slice(2).map(({ text }) => text),
    });
  });

  it("page by page", async () => {
    const first = await search(log, { q: "ok", limit: 3 });
    expect(first).toMatchObject({ total: 7, truncated: true });
    expect(numbersOf(first)).toEqual([1, 2, 3]);
    const last = await search(log, { q: "ok", limit: 4, from: 4 });
    expect(last).toMatchObject({ total: 7, truncated: false });
    expect(numbersOf(last)).toEqual([4, 5, 6, 7]);
  });

  it("in what a task has written so far, and none where there is nothing", async () => {
    const running = await ada.submit({ command: "echo needle; sleep 600" });
    await waitFor("the needle", async () => (await search(running.id, { q: "needle" })).total === 1);
    await send(server, "DELETE", `/taskapi/tasks/${running.id}/`, { as: ada });
    const pending = await ada.submit({ command: "echo needle", run_at: "2099-01-01T00:00:00Z" });
    expect(await search(pending.id, { q: "needle" })).toEqual({ matches: [], total: 0, truncated: false, gap: null });
  });

  it("at the end of a line of 10 MB, with the text around", async () => {
    const id = await ran("head -c 10000000 /dev/zero | tr '\\0' x; echo needle; printf end");
    const { matches } = await search(id, { q: "needle", after: 1 });
    expect(matches).toMatchObject([{ number: 1, offset: 0, after: ["end"] }]);
    const [match] = matches;
    expect(match?.text.slice(match.match_start)).toBe("needle");
    expect((match?.text_offset ?? 0) + (match?.match_start ?? 0)).toBe(10_000_000);
  });
});

describe("refused by its field", () => {
  it.each([
    { rule: "no text", query: "", field: "q", message: "This field is required." },
    { rule: "an empty one", query: "?q=", field: "q", message: "This field is required." },
    { rule: "a line break in it", query: "?q=a%0Ab", field: "q", message: expect.stringContaining("line break") },
    { rule: "too long a one", query: `?q=${"x".repeat(1001)}`, field: "q", message: expect.stringContaining("1000") },
    {
      rule: "no regular expression",
      query: "?q=a(&regex=true",
      field: "q",
      message: "Invalid regular expression: /a(/gu: Unterminated group",
    },
    { rule: "a flag that is none", query: "?q=a&regex=maybe", field: "regex", message: expect.any(String) },
    { rule: "too much context", query: "?q=a&before=21", field: "before", message: expect.stringContaining("20") },
    { rule: "a negative one", query: "?q=a&after=-1", field: "after", message: expect.stringContaining("0") },
    { rule: "too many matches", query: "?q=a&limit=1001", field: "limit", message: expect.stringContaining("1000") },
    { rule: "line 0", query: "?q=a&from=0", field: "from", message: expect.stringContaining("1") },
  ])("$rule", async ({ query, field, message }) => {
    const path = `/taskapi/tasks/${log}/output/search/${query}`;
    const answer = await expectRefusal(server, ada, { method: "GET", path, status: 400 });
    expect(answer.body).toEqual({ [field]: [message] });
  });
});

it("somebody else's, and an attempt that never was, answer 404", async () => {
  const path = `/taskapi/tasks/${log}/output/search/?q=ok`;
  expect(await send(server, "GET", path, { as: bob })).toMatchObject({ status: 404 });
  expect(await send(server, "GET", `${path}&attempt=2`, { as: ada })).toMatchObject({ status: 404 });
});

const threadsOfServer = () => readdirSync(`/proc/${server.pid}/task`).length;

describe("a regular expression that explodes", () => {
  const path = () => `/taskapi/tasks/${exploding}/output/search/?q=${encodeURIComponent("(a+)+$")}&regex=1`;
  let exploding: number;
  beforeAll(async () => {
    exploding = await ran(`echo ${"a".repeat(80)}b`);
  });

  it("is given up, while the server goes on", async () => {
    const asked = expectRefusal(server, ada, { method: "GET", path: path(), status: 422 });
    expect(await send(server, "GET", "/healthz")).toMatchObject({ status: 200 });
    expect((await asked).body).toMatchObject({ code: "search_given_up", detail: expect.stringContaining("3 s") });
  });

  it("ends when its asker goes away, also the one that waits for its turn", async () => {
    const threads = threadsOfServer();
    const leave = new AbortController();
    const asked = [1, 2, 3, 4].map(() => ada.request(path(), { signal: leave.signal }).catch(() => "left"));
    await waitFor("two threads at work", () => threadsOfServer() >= threads + 2);
    leave.abort();
    expect(await Promise.all(asked)).toEqual(["left", "left", "left", "left"]);
    expect(await search(log, { q: "line 1" })).toMatchObject({ total: 1 });
    await waitFor("all threads to be gone", () => threadsOfServer() <= threads);
    expect(server.output).not.toMatch(/"level":(40|50|60)/);
  });
});
