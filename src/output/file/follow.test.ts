import { appendFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeGap } from "./gap-record.ts";
import { collect, openOutput, startWriter, waitFor } from "./output-fixture.ts";

const never = new Promise<never>(() => undefined);
const noAbort = new AbortController().signal;

/** What followers would leave behind: watches of this process and open files below the directory. */
function held(directory: string): { watches: number; files: number } {
  const watches = process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap").length;
  const files = readdirSync("/proc/self/fd").filter((fd) => targetOf(fd).startsWith(directory)).length;
  return { watches, files };
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(join("/proc/self/fd", fd));
  } catch {
    return "";
  }
}

test("a follower that starts before the file exists gets every byte and ends with the process", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  const ended = Promise.withResolvers<unknown>();
  const followed = collect(output.follow(attempt, { offset: 0, ended: ended.promise, signal: noAbort }));
  const writer = startWriter(fixture, "seq 1 50000; seq 50001 60000");
  ended.resolve(await writer.exited);
  const expected = Array.from({ length: 60_000 }, (_, at) => `${at + 1}\n`).join("");
  expect((await followed).toString()).toBe(expected);
});

test("each line arrives while the process runs, and the rest of a line when it comes", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  const writer = startWriter(fixture, "while read -r line; do printf %s $line; done");
  const pieces = output.follow(attempt, { offset: 0, ended: writer.exited, signal: noAbort });
  for (const text of ["one", "two", "three"]) {
    writer.child.stdin?.write(`${text}\n`);
    const piece = await pieces.next();
    expect(piece.value?.data.toString()).toBe(text);
  }
  writer.child.stdin?.end();
  expect((await pieces.next()).done).toBe(true);
});

test("an attempt that is over, or was never started, is delivered from the offset on and ends", async () => {
  const { output, attempt, path } = openOutput();
  const over = { ended: Promise.resolve(), signal: noAbort };
  expect(await collect(output.follow(attempt, { offset: 0, ...over }))).toHaveLength(0);
  output.prepare(attempt);
  appendFileSync(path, "0123456789");
  expect((await collect(output.follow(attempt, { offset: 4, ...over }), 4)).toString()).toBe("456789");
  expect(await collect(output.follow(attempt, { offset: 10, ...over }), 10)).toHaveLength(0);
  const failed = { ended: Promise.reject(new Error("the node is gone")), signal: noAbort };
  expect((await collect(output.follow(attempt, { offset: 0, ...failed }))).toString()).toBe("0123456789");
});

test("a range the cap removed is skipped and the next piece says where it is", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, Buffer.alloc(20_000, "x"));
  await writeGap(path, { first: 4096, last: 8191, isPending: false });
  const ranges: [number, number][] = [];
  for await (const piece of output.follow(attempt, { offset: 100, ended: Promise.resolve(), signal: noAbort })) {
    ranges.push([piece.offset, piece.offset + piece.data.length]);
  }
  expect(ranges).toEqual([
    [100, 4096],
    [8192, 20_000],
  ]);
});

test("a hundred followers of one file share one watch, all get it all, and leave nothing behind", async () => {
  const fixture = openOutput();
  const { output, attempt, directory } = fixture;
  const writer = startWriter(fixture, "while read -r count; do seq 1 $count; done");
  const ended = writer.exited;
  const followers = Array.from({ length: 100 }, () =>
    collect(output.follow(attempt, { offset: 0, ended, signal: noAbort })),
  );
  writer.child.stdin?.write("10\n");
  await waitFor("one watch for all", () => held(directory).watches === 1 && held(directory).files === 100);
  writer.child.stdin?.end("5000\n");
  const results = await Promise.all(followers);
  const size = await output.size(attempt);
  expect(results.every((bytes) => bytes.length === size)).toBe(true);
  expect(held(directory)).toEqual({ watches: 0, files: 0 });
});

test("an abort ends followers that wait for a file, for bytes, or for their reader", async () => {
  const { output, attempt, path, directory } = openOutput();
  const abort = new AbortController();
  const options = { offset: 0, ended: never, signal: abort.signal };
  const missing = { taskId: 99, attempt: 1 };
  output.prepare(attempt);
  appendFileSync(path, "some");
  const waitForFile = output.follow(missing, options).next();
  const waitForBytes = output.follow(attempt, { ...options, offset: 4 }).next();
  const unread = output.follow(attempt, options);
  expect((await unread.next()).value?.data.toString()).toBe("some");
  await waitFor("a watch for the file and one for the folder", () => held(directory).watches === 2);
  abort.abort();
  await waitFor("everything to be let go, also what nobody reads", () => {
    const { watches, files } = held(directory);
    return watches === 0 && files === 0;
  });
  expect((await waitForFile).done).toBe(true);
  expect((await waitForBytes).done).toBe(true);
  expect((await unread.next()).done).toBe(true);
  expect((await output.follow(attempt, options).next()).done).toBe(true);
});

test("close ends all followers, and those that come after it", async () => {
  const { output, attempt, path, directory } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, "some");
  const options = { offset: 0, ended: never, signal: noAbort };
  const followed = collect(output.follow(attempt, options));
  await waitFor("the watch", () => held(directory).watches === 1);
  output.close();
  expect((await followed).toString()).toBe("some");
  expect((await collect(output.follow(attempt, options))).toString()).toBe("some");
  expect(held(directory)).toEqual({ watches: 0, files: 0 });
});

test("a process that writes without pause is looked at some 60 times a second, not for each write", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  startWriter(fixture, "while :; do echo x; done");
  const started = performance.now();
  let pieces = 0;
  for await (const piece of output.follow(attempt, { offset: 0, ended: never, signal: noAbort })) {
    pieces += 1;
    if (piece.offset + piece.data.length > 400_000) {
      break;
    }
  }
  // One look for each notice, and one when the watch is opened again 16 ms later.
  const rests = (performance.now() - started) / 16;
  expect(pieces).toBeLessThanOrEqual(2 * rests + 3);
});
