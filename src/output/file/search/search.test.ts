import { appendFileSync, rmSync, symlinkSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { SearchGivenUp } from "../../output.ts";
import { type SearchQuery, searchExpression } from "../../search-query.ts";
import { writeGap } from "../gap-record.ts";
import { type OutputFixture, openOutput, startWriter } from "../output-fixture.ts";
import { searchFile } from "./search-file.ts";
import { createSearcher } from "./searcher.ts";

const never = new AbortController().signal;
const plain: SearchQuery = {
  text: "",
  isRegex: false,
  ignoresCase: false,
  before: 0,
  after: 0,
  from: 1,
  limit: 1000,
};

function write(...parts: (string | Buffer)[]): OutputFixture {
  const fixture = openOutput();
  fixture.output.prepare(fixture.attempt);
  for (const part of parts) {
    appendFileSync(fixture.path, part);
  }
  return fixture;
}

/** In this thread, which is quicker; tests of the searcher have those of its own. */
function search({ path }: OutputFixture, query: Partial<SearchQuery>) {
  return searchFile(path, { ...plain, ...query }, () => undefined);
}

const numbersOf = (result: { matches: { number: number }[] }) => result.matches.map((match) => match.number);

/** All lines as pages of lines give them, which is what a search has to agree with. */
async function allLines({ output, attempt }: OutputFixture) {
  const page = await output.lines(attempt, { from: 1, count: 5000 });
  expect(page.lines).toHaveLength(page.total);
  return page.lines;
}

const unit = fc.oneof(
  fc.constantFrom("a", "b", "ab", "\u00e4\u{1f600}", "\n", "\r\n", "\r", "\0", "b\n", "\ufeff", "\ufffd"),
  fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
);
const removed = fc.option(fc.record({ first: fc.nat({ max: 60 }), bytes: fc.integer({ min: 1, max: 30 }) }), {
  nil: null,
});
const looked = fc.record({
  text: fc.constantFrom("a", "ab", "\u00e4", "\u{1f600}", "^b", "a$", "[^a]b", "b\\s*", "x*", "(?<!a)b", ".", "\\r"),
  isRegex: fc.boolean(),
  ignoresCase: fc.boolean(),
  before: fc.nat({ max: 3 }),
  after: fc.nat({ max: 3 }),
  from: fc.integer({ min: 1, max: 12 }),
  limit: fc.integer({ min: 1, max: 6 }),
});

/** Where the query first matches a text, by the rule in its simplest form. */
function placeIn(text: string, query: Pick<SearchQuery, "text" | "isRegex" | "ignoresCase">) {
  const expression = searchExpression(query);
  if (expression === null) {
    const at = text.indexOf(query.text);
    return at < 0 ? null : { matchStart: at, matchEnd: at + query.text.length };
  }
  const found = expression.exec(text);
  return found === null ? null : { matchStart: found.index, matchEnd: found.index + found[0].length };
}

test("what is found equals a look at each line that pages of lines give, whatever the bytes", async () => {
  const property = fc.asyncProperty(fc.array(unit, { maxLength: 60 }), removed, looked, async (units, gap, query) => {
    const fixture = write(...units, "");
    if (gap !== null && gap.first + gap.bytes <= (await fixture.output.size(fixture.attempt))) {
      await writeGap(fixture.path, { first: gap.first, last: gap.first + gap.bytes - 1, isPending: false });
    }
    const lines = await allLines(fixture);
    const textOf = ({ text }: { text: string }) => text;
    const matching = lines.flatMap((line) => {
      const place = placeIn(line.text, query);
      const before = lines.slice(Math.max(0, line.number - 1 - query.before), line.number - 1).map(textOf);
      const after = lines.slice(line.number, line.number + query.after).map(textOf);
      return place === null ? [] : [{ ...line, textOffset: line.offset, ...place, before, after }];
    });
    const wanted = matching.filter((line) => line.number >= query.from);
    const result = await search(fixture, query);
    expect(result.total).toBe(matching.length);
    expect(result.matches).toEqual(wanted.slice(0, query.limit));
    expect(result.isTruncated).toBe(wanted.length > query.limit);
  });
  await fc.assert(property, { numRuns: 300 });
}, 60_000);

const mebibyte = 1024 * 1024;

test.each([
  { kind: "text", query: { text: "needle" } },
  { kind: "text of any case", query: { text: "NEEDLE", ignoresCase: true } },
  { kind: "a regular expression", query: { text: "n[aeiou]{2}d.e", isRegex: true } },
])("a line of 10 MB: $kind is found anywhere in it, and the part around it is shown", async ({ query }) => {
  const places = [0, 40_000, 65_533, 70_000, mebibyte - 3, 5_000_000, 10_000_000 - 6];
  for (const filler of ["x", "\u20ac"]) {
    const fill = (bytes: number) => Buffer.alloc(bytes, filler);
    const line = (at: number) => [fill(at), "needle", fill(10_000_000 - at - 6), "\r\n"];
    const fixture = write("first\n", ...places.flatMap((at) => [...line(at), "between\n"]), "last needle");
    const { matches, total } = await search(fixture, { ...query, before: 1, after: 1 });
    expect(total).toBe(places.length + 1);
    expect(matches.map((match) => match.number)).toEqual([...places.map((_, at) => 2 + 2 * at), 16]);
    for (const [at, match] of matches.entries()) {
      expect(match.text.slice(match.matchStart, match.matchEnd)).toBe("needle");
      expect(match.text.length).toBeLessThanOrEqual(65_536);
      const place = places[at];
      if (place !== undefined) {
        const lineOffset = 6 + at * 10_000_010;
        const isWhole = place + 6 <= 65_536;
        expect(match.offset).toBe(lineOffset);
        expect(isWhole || (match.textOffset > lineOffset && match.textOffset <= lineOffset + place)).toBe(true);
        expect(match.before).toEqual([at === 0 ? "first" : "between"]);
        expect(match.after).toEqual(["between"]);
      }
    }
  }
});

test("a line longer than its parts is one line, found once, also where two parts meet", async () => {
  const part = 16 * mebibyte;
  // Chunks are 1 MiB, and the line begins at 2: its first part ends at 17 MiB.
  for (const at of [part - 4, part + mebibyte - 3, 2 * part]) {
    const fixture = write("a\n", Buffer.alloc(at - 2, "x"), "needle", Buffer.alloc(part, "x"), "needle\nneedle");
    for (const query of [{ text: "needle" }, { text: "ne+dle", isRegex: true }]) {
      const { matches, total } = await search(fixture, query);
      expect(matches).toMatchObject([
        { number: 2, offset: 2 },
        { number: 3, text: "needle" },
      ]);
      expect((matches[0]?.textOffset ?? 0) + (matches[0]?.matchStart ?? 0)).toBe(at);
      expect(total).toBe(2);
    }
    expect((await search(fixture, { text: "^x*n|^needle", isRegex: true })).matches).toHaveLength(
      at < part + mebibyte ? 2 : 1,
    );
    expect((await search(fixture, { text: "^xne", isRegex: true })).total).toBe(0);
  }
});

test("dense matches are counted to the last, as sparse ones are", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  expect(await startWriter(fixture, "yes | head -c 6000000; seq 1 400000; yes no | head -c 3000000").exited).toBe(0);
  expect((await output.lines(attempt, { from: 1, count: 1 })).total).toBe(4_400_000);
  expect(await search(fixture, { text: "y" })).toMatchObject({ total: 3_000_000, isTruncated: true });
  expect((await search(fixture, { text: "y" })).matches).toHaveLength(1000);
  expect(await search(fixture, { text: "o", from: 4_399_999 })).toMatchObject({
    total: 1_000_000,
    isTruncated: false,
    matches: [
      { number: 4_399_999, text: "no", before: [], after: [] },
      { number: 4_400_000, text: "no" },
    ],
  });
  const numbers = await search(fixture, { text: "99999$", isRegex: true, before: 1, after: 20, limit: 2 });
  expect(numbers).toMatchObject({ total: 4, isTruncated: true });
  expect(numbers.matches.map(({ text }) => text)).toEqual(["99999", "199999"]);
  expect(numbers.matches[1]?.before).toEqual(["199998"]);
  expect(numbers.matches[1]?.after).toEqual(Array.from({ length: 20 }, (_, at) => String(200_000 + at)));
});

test("an answer holds 8 MiB of text at most, and can be gone on from", async () => {
  const fixture = write(`${"x".repeat(60_000)}\n`.repeat(300));
  const numbers: number[] = [];
  for (let isMore = true; isMore; ) {
    const result = await search(fixture, { text: "x", before: 2, after: 2, from: numbers.length + 1 });
    expect(result.matches.length).toBeGreaterThan(0);
    const texts = result.matches.flatMap(({ text, before, after }) => [text, ...before, ...after]);
    expect(texts.join("").length).toBeLessThanOrEqual(8 * mebibyte);
    numbers.push(...numbersOf(result));
    isMore = result.isTruncated;
  }
  expect(numbers).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
});

test("no match spans the gap, which ends a line and counts as none", async () => {
  const fixture = write(`a\n${"h".repeat(4094)}${"needle".padEnd(4096, "r")}${"t".repeat(100)}\nlast needle`);
  await writeGap(fixture.path, { first: 4096, last: 8191, isPending: false });
  expect((await search(fixture, { text: "ht" })).total).toBe(0);
  expect((await search(fixture, { text: "h.*t", isRegex: true })).total).toBe(0);
  const { matches, gap } = await search(fixture, { text: "t$|h$|needle", isRegex: true, before: 1 });
  expect(gap).toEqual({ first: 4096, last: 8191 });
  expect(matches.map(({ number, text, before }) => [number, text.length, before])).toEqual([
    [2, 4094, ["a"]],
    [3, 100, ["h".repeat(4094)]],
    [4, 11, ["t".repeat(100)]],
  ]);
  expect(matches.map((match) => match.number)).toEqual((await allLines(fixture)).slice(1).map(({ number }) => number));
});

test("what the cap removes behind the search's back is not in the answer, and the rest has its new numbers", {
  tags: ["whole"],
}, async () => {
  const fixture = openOutput();
  expect(await startWriter(fixture, "seq -f %07.0f 0 1048575").exited).toBe(0);
  const query = { ...plain, text: "000$", isRegex: true, after: 1, limit: 1000 };
  const cases = [1, 3, 6, 8].flatMap((strikeAt) => [5, 8].map((end) => ({ strikeAt, end: end * mebibyte })));
  for (const { strikeAt, end } of cases) {
    let chunks = 0;
    const strike = () => {
      chunks += 1;
      if (chunks === strikeAt) {
        symlinkSync(`${mebibyte}-${end - 1}`, `${fixture.path}.gap`);
      }
    };
    const found = await searchFile(fixture.path, query, strike);
    expect(found).toEqual(await search(fixture, query));
    expect(found.gap).toEqual({ first: mebibyte, last: end - 1 });
    rmSync(`${fixture.path}.gap`);
  }
});

test("a flood that is shortened meanwhile is searched to an end, with the numbers of that moment", {
  tags: ["whole"],
}, async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  const writer = startWriter(fixture, "seq -f %07.0f 0 2999999");
  let isOver = false;
  const ended = writer.exited.then(() => {
    isOver = true;
  });
  const shorten = async () => {
    while (!isOver) {
      await output.cap(attempt, mebibyte);
      // A look at a file that needs nothing waits for nothing: without a turn of the loop nobody would hear of the end.
      await turn();
    }
  };
  const look = async () => {
    while (!isOver) {
      const { matches } = await search(fixture, { text: "77$", isRegex: true, after: 1 });
      for (const match of matches) {
        expect(Number(match.text) * 8).toBe(match.offset);
        expect(match.text.endsWith("77")).toBe(true);
        expect(match.after.every((text) => /^\d{1,7}$/.test(text))).toBe(true);
      }
    }
  };
  await Promise.all([ended, shorten(), look()]);
  const lines = await output.lines(attempt, { from: -1, count: 1 });
  const { matches } = await search(fixture, { text: "2999999" });
  expect(numbersOf({ matches })).toEqual([lines.total]);
});

test("the store searches in a thread: what is there, nothing without a file, and no expression that is none", async () => {
  const { output, attempt } = write("one\ntwo\n");
  const ask = (query: Partial<SearchQuery>, taskId = attempt.taskId) =>
    output.search({ taskId, attempt: 1 }, { ...plain, ...query }, never);
  expect(await ask({ text: "w", before: 1 })).toMatchObject({ total: 1, matches: [{ number: 2, before: ["one"] }] });
  expect(await ask({ text: "w" }, 99)).toEqual({ matches: [], total: 0, isTruncated: false, gap: null });
  await expect(ask({ text: "(", isRegex: true })).rejects.toThrow(
    "Invalid regular expression: /(/gu: Unterminated group",
  );
});

const exploding = { ...plain, text: "(a+)+$", isRegex: true };

test("a regular expression that explodes is ended in time, and the next in line gets its turn", async () => {
  const { path } = write(`${"a".repeat(60)}b\n`);
  const searcher = createSearcher({ threads: 1, chunkMs: 400, wholeMs: 60_000 });
  onTestFinished(() => searcher.close());
  const exploded = searcher.search(path, exploding, never);
  const next = searcher.search(path, { ...plain, text: "ab" }, never);
  await expect(exploded).rejects.toThrow(SearchGivenUp);
  expect(await next).toMatchObject({ total: 1 });
});

test("a search that takes too long as a whole is ended, though it goes on well", async () => {
  const fixture = openOutput();
  expect(await startWriter(fixture, "yes | head -c 60000000").exited).toBe(0);
  const searcher = createSearcher({ threads: 1, chunkMs: 60_000, wholeMs: 200 });
  onTestFinished(() => searcher.close());
  const asked = searcher.search(fixture.path, { ...plain, text: "yy|z", isRegex: true }, never);
  await expect(asked).rejects.toThrow("given up after 0.2 s");
});

test("who goes away ends a search, and leaves the line; a closed searcher searches no more", async () => {
  const { path } = write(`${"a".repeat(60)}b\n`);
  const searcher = createSearcher({ threads: 1, chunkMs: 60_000, wholeMs: 60_000 });
  const [first, second, gone] = [new AbortController(), new AbortController(), AbortSignal.abort()];
  const running = searcher.search(path, exploding, first.signal);
  const waiting = searcher.search(path, exploding, second.signal);
  const patient = searcher.search(path, { ...plain, text: "ab" }, never);
  expect(await searcher.search(path, exploding, gone)).toBeNull();
  second.abort();
  expect(await waiting).toBeNull();
  first.abort();
  expect(await running).toBeNull();
  expect(await patient).toMatchObject({ total: 1 });
  const last = searcher.search(path, exploding, never);
  searcher.close();
  expect(await last).toBeNull();
  expect(await searcher.search(path, exploding, never)).toBeNull();
});
