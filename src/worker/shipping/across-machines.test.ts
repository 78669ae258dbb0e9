/** @module-tag whole */
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { collect, startWriter, waitFor } from "../../output/file/output-fixture.ts";
import type { MirrorOutput } from "../../output/mirror/mirror-output.ts";
import type { AttemptRef, OutputStore } from "../../output/output.ts";
import type { SearchQuery } from "../../output/search-query.ts";
import { anEnd } from "../../store/conformance/sample.ts";
import { openShipping, type ShippingFixture } from "./shipping-fixture.ts";

/** Two machines over one record: one runs the attempt, the other reads its output. */
const mebibyte = 1024 * 1024;
const everything = { first: 0, end: Number.MAX_SAFE_INTEGER };
const never = new Promise<never>(() => undefined);

type Readable = Pick<OutputStore, "gap" | "lines" | "read" | "search" | "size">;

async function bytesOf(output: Pick<OutputStore, "read">, attempt: AttemptRef, range = everything): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const { data } of output.read(attempt, range)) {
    parts.push(data);
  }
  return Buffer.concat(parts);
}

/** Ships all there is and writes the end. */
async function end(fixture: ShippingFixture): Promise<void> {
  const { key, output, store } = fixture;
  const shipping = fixture.start();
  shipping.hold(key, { isNew: false });
  const outputBytes = await output.size(key);
  expect(await shipping.complete(key, outputBytes)).toBe("complete");
  const outputGap = await output.gap(key);
  expect(await store.attempts.finish(anEnd(key, { outputBytes, outputGap }))).toBe("over");
}

async function expectSame(there: Readable, here: Readable, attempt: AttemptRef): Promise<void> {
  expect(await there.size(attempt)).toBe(await here.size(attempt));
  expect(await there.gap(attempt)).toEqual(await here.gap(attempt));
  expect((await bytesOf(there, attempt)).equals(await bytesOf(here, attempt)), "the same bytes").toBe(true);
  for (const page of [
    { from: 1, count: 50 },
    { from: -50, count: 50 },
  ]) {
    expect(await there.lines(attempt, page)).toEqual(await here.lines(attempt, page));
  }
  const query: SearchQuery = { text: "9", isRegex: false, ignoresCase: false, before: 1, after: 1, from: 1, limit: 20 };
  const { signal } = new AbortController();
  expect(await there.search(attempt, query, signal)).toEqual(await here.search(attempt, query, signal));
}

it.each([
  ["text", Buffer.from("one\ntwo 9\n")],
  ["no final newline", Buffer.from("one\ntwo 9")],
  ["nothing", Buffer.alloc(0)],
  ["bytes that are no text", randomBytes(3 * mebibyte)],
  ["long lines", Buffer.from(`${"x".repeat(10 * mebibyte)}9\n${"y".repeat(10 * mebibyte)}\nend`)],
])("another machine reads it, and its lines, and finds in it, as here: %s", async (_, content) => {
  const fixture = await openShipping();
  fixture.write(content);
  await end(fixture);
  const { mirror } = fixture.openMirror();
  await expectSame(mirror, fixture.output, fixture.attempt);
  const middle = { first: Math.floor(content.length / 3), end: Math.floor((2 * content.length) / 3) };
  expect(await bytesOf(mirror, fixture.attempt, middle)).toEqual(content.subarray(middle.first, middle.end));
});

it("the gap moves while it is sent and read, and in the end is the same", async () => {
  const fixture = await openShipping();
  const { key, output, attempt } = fixture;
  const shipping = fixture.start({ restMs: 1 });
  shipping.hold(key, { isNew: true });
  const { mirror } = fixture.openMirror({ announce: (followed) => shipping.followed(followed) });
  const writer = startWriter(fixture, "seq 1 3000000");
  const cap = 4 * mebibyte;
  let isWriting = true;
  void writer.exited.then(() => {
    isWriting = false;
  });
  const ended = Promise.withResolvers<void>();
  const following = (async () => {
    let next = 0;
    const { signal } = new AbortController();
    for await (const { offset, data } of mirror.follow(attempt, { offset: 0, ended: ended.promise, signal })) {
      expect(offset).toBeGreaterThanOrEqual(next);
      expect(data.includes(0), "no zero of a hole is shown").toBe(false);
      next = offset + data.length;
    }
    return next;
  })();
  while (isWriting) {
    await output.cap(attempt, cap);
    const seen = await bytesOf(mirror, attempt);
    expect(seen.includes(0), "no zero of a hole is read").toBe(false);
  }
  await output.cap(attempt, cap);
  shipping.stop();
  await end(fixture);
  ended.resolve();
  expect(await following).toBe(await output.size(attempt));
  expect(await output.gap(attempt)).not.toBeNull();
  await expectSame(mirror, output, attempt);
});

/** Lines that say when they were written, and how late each came. */
async function followTimed(fixture: ShippingFixture, mirror: MirrorOutput, ended: Promise<unknown>) {
  const late: number[] = [];
  let text = "";
  const { signal } = new AbortController();
  for await (const { data } of mirror.follow(fixture.attempt, { offset: 0, ended, signal })) {
    const lines = `${text}${data}`.split("\n");
    text = lines.pop() ?? "";
    late.push(...lines.map((line) => Date.now() - Number(line)));
  }
  return late.sort((a, b) => a - b);
}

it("who follows on another machine gets all of it as it is written", async () => {
  const fixture = await openShipping();
  const shipping = fixture.start({ restMs: 1_000_000 });
  shipping.hold(fixture.key, { isNew: true });
  const { mirror } = fixture.openMirror({ announce: (attempt) => shipping.followed(attempt) });
  const told = setInterval(() => {
    for (const poke of fixture.pokes.splice(0)) {
      if (poke.topic === "output") {
        mirror.notice(poke);
      }
    }
  }, 5);
  const ended = Promise.withResolvers<void>();
  const following = followTimed(fixture, mirror, ended.promise);
  const writer = startWriter(fixture, "i=0; while [ $i -lt 100 ]; do date +%s%3N; i=$((i+1)); sleep 0.02; done");
  await writer.exited;
  shipping.stop();
  await end(fixture);
  ended.resolve();
  const late = await following;
  clearInterval(told);
  expect(late).toHaveLength(100);
  process.stdout.write(`follow across machines: median ${late[50]} ms, p95 ${late[95]} ms, worst ${late[99]} ms\n`);
});

it("follows to the end though no word comes, the record fails, and the node starts again", async () => {
  const fixture = await openShipping();
  let calls = 0;
  const { mirror } = fixture.openMirror({
    source: {
      async list(page) {
        calls += 1;
        if (calls % 2 === 0) {
          throw new Error("the record does not answer");
        }
        return fixture.store.blocks.list(page);
      },
    },
  });
  // It is over in the record, which is all that ends this: nobody says so.
  const following = collect(
    mirror.follow(fixture.attempt, { offset: 2, ended: never, signal: new AbortController().signal }),
    2,
  );
  const first = fixture.start({ restMs: 1 });
  first.hold(fixture.key, { isNew: true });
  fixture.write("one\n");
  await waitFor("the first line in the record", async () => (await fixture.store.blocks.last(fixture.key)) !== null);
  first.stop();
  appendFileSync(fixture.path, "two\n");
  await end(fixture);
  expect((await following).toString()).toBe("e\ntwo\n");
});

it("who looks at it as it runs has the node send what is new", async () => {
  const fixture = await openShipping();
  const shipping = fixture.start({ restMs: 1_000_000 });
  const { mirror } = fixture.openMirror({ announce: (attempt) => shipping.followed(attempt) });
  fixture.write("so far");
  // Asked before the node knows that it has it: the interest counts all the same.
  expect(String(await bytesOf(mirror, fixture.attempt))).toBe("");
  shipping.hold(fixture.key, { isNew: true });
  await waitFor("what it wrote", async () => String(await bytesOf(mirror, fixture.attempt)) === "so far");
});

it("what is over is complete, though an older look at the record is still under way", async () => {
  const fixture = await openShipping();
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let lists = 0;
  const { mirror } = fixture.openMirror({
    source: {
      async list(page) {
        lists += 1;
        const isFirst = lists === 1;
        const answer = await fixture.store.blocks.list(page);
        if (isFirst) {
          reached.resolve();
          await gate.promise;
        }
        return answer;
      },
    },
  });
  const early = bytesOf(mirror, fixture.attempt);
  await reached.promise;
  fixture.write("all of it");
  await end(fixture);
  const late = [bytesOf(mirror, fixture.attempt), bytesOf(mirror, fixture.attempt)];
  gate.resolve();
  await early;
  expect((await Promise.all(late)).map(String)).toEqual(["all of it", "all of it"]);
  const asked = lists;
  await bytesOf(mirror, fixture.attempt);
  expect(lists, "what is complete is not asked for again").toBe(asked);
});

it("many readers at once ask the record once", async () => {
  const fixture = await openShipping();
  fixture.write("content");
  await end(fixture);
  let lists = 0;
  const list = (page: Parameters<typeof fixture.store.blocks.list>[0]) => {
    lists += 1;
    return fixture.store.blocks.list(page);
  };
  const { mirror } = fixture.openMirror({ source: { list } });
  const all = await Promise.all(Array.from({ length: 20 }, () => bytesOf(mirror, fixture.attempt)));
  expect(new Set(all.map(String))).toEqual(new Set(["content"]));
  expect(lists).toBe(2);
});

const mirrored = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => /\d+\.\d+$/.test(name));

it("keeps what is being read and drops the rest when there is too much", async () => {
  const fixture = await openShipping();
  const { mirror, directory } = fixture.openMirror({ maxBytes: 3 * mebibyte });
  const keys = [fixture.key, await fixture.addAttempt(), await fixture.addAttempt(), await fixture.addAttempt()];
  const content = new Map(keys.map((key) => [key.taskId, randomBytes(2 * mebibyte)]));
  for (const key of keys) {
    appendFileSync(fixture.output.prepare(key), content.get(key.taskId) ?? "");
    await end({ ...fixture, key });
  }
  const [first, ...others] = keys;
  if (first === undefined) {
    throw new Error("There is no first one.");
  }
  const reading = mirror.read(first, everything);
  const parts: Buffer[] = [(await reading.next()).value?.data ?? Buffer.alloc(0)];
  for (const key of others) {
    expect((await bytesOf(mirror, key)).equals(content.get(key.taskId) ?? Buffer.alloc(0))).toBe(true);
    expect(mirrored(directory)).toContain(`0/${first.taskId}.1`);
    expect(mirrored(directory).length).toBeLessThanOrEqual(2);
  }
  for await (const { data } of reading) {
    parts.push(data);
  }
  expect(Buffer.concat(parts).equals(content.get(first.taskId) ?? Buffer.alloc(0))).toBe(true);
  await waitFor("room to be made", () => mirrored(directory).length <= 1);
  for (const key of keys) {
    expect((await bytesOf(mirror, key)).equals(content.get(key.taskId) ?? Buffer.alloc(0))).toBe(true);
  }
});

it.each([
  ["removed", (path: string) => rmSync(path)],
  ["cut short", (path: string) => truncateSync(path, 5)],
  ["longer", (path: string) => appendFileSync(path, "zzz")],
  ["the whole cache removed", (path: string) => rmSync(join(path, "..", ".."), { recursive: true })],
])("fetches again what somebody changed: %s", async (_, change) => {
  const fixture = await openShipping();
  fixture.write("one\ntwo\nthree\n");
  await end(fixture);
  const { mirror, directory } = fixture.openMirror();
  await bytesOf(mirror, fixture.attempt);
  change(join(directory, "0", `${fixture.key.taskId}.1`));
  expect((await bytesOf(mirror, fixture.attempt)).toString()).toBe("one\ntwo\nthree\n");
  expect((await mirror.lines(fixture.attempt, { from: -1, count: 1 })).lines[0]?.text).toBe("three");
});

it("believes nothing that an earlier life left, and removes what is asked to be", async () => {
  const fixture = await openShipping();
  fixture.write("true");
  await end(fixture);
  const { mirror, directory } = fixture.openMirror();
  await bytesOf(mirror, fixture.attempt);
  const path = join(directory, "0", `${fixture.key.taskId}.1`);
  expect(statSync(path).mode & 0o077, "nobody else may read it").toBe(0);
  appendFileSync(path, "false");
  const { mirror: next } = fixture.openMirror({ directory });
  expect(existsSync(path)).toBe(false);
  expect((await bytesOf(next, fixture.attempt)).toString()).toBe("true");
  await next.remove(fixture.attempt);
  expect(existsSync(path)).toBe(false);
});

it("a node that died leaves what it had sent, to its last byte", async () => {
  const fixture = await openShipping();
  const shipping = fixture.start({ restMs: 1 });
  shipping.hold(fixture.key, { isNew: true });
  fixture.write("sent before it died\n");
  await waitFor("it in the record", async () => (await fixture.store.blocks.last(fixture.key)) !== null);
  shipping.stop();
  appendFileSync(fixture.path, "not sent any more\n");
  const attempt = await fixture.store.attempts.find(fixture.attempt);
  const { outputBytes = 0, outputGap = null } = attempt ?? {};
  await fixture.store.attempts.finish(anEnd(fixture.key, { outcome: "lost", outputBytes, outputGap }));
  const { mirror } = fixture.openMirror();
  expect((await bytesOf(mirror, fixture.attempt)).toString()).toBe("sent before it died\n");
  expect(await mirror.size(fixture.attempt)).toBe(outputBytes);
});
