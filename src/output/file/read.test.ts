import { appendFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeGap } from "./gap-record.ts";
import { collect, openOutput, startWriter } from "./output-fixture.ts";

test("prepare names a file in a folder of a thousand tasks that only its owner can enter", () => {
  const { output, attempt, path } = openOutput();
  expect(output.prepare(attempt)).toBe(path);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
});

test("an attempt without a file has no bytes, no lines and no gap", async () => {
  const { output, attempt } = openOutput();
  expect(await output.size(attempt)).toBe(0);
  expect(await output.gap(attempt)).toBeNull();
  expect(await collect(output.read(attempt, { first: 0, end: 10 }))).toHaveLength(0);
  expect(await output.lines(attempt, { from: 1, count: 10 })).toEqual({ lines: [], total: 0, gap: null });
  await output.remove(attempt);
});

test("any range is the same bytes as in the file, in pieces of at most 256 KiB", async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  const writer = startWriter(fixture, "head -c 900000 /dev/urandom");
  expect(await writer.exited).toBe(0);
  const whole = await collect(output.read(attempt, { first: 0, end: 900_000 }));
  expect(whole).toHaveLength(await output.size(attempt));
  const offset = fc.nat({ max: 1_000_000 });
  const property = fc.asyncProperty(offset, offset, async (first, end) => {
    const pieces: Buffer[] = [];
    for await (const piece of output.read(attempt, { first, end })) {
      expect(piece.data.length).toBeLessThanOrEqual(256 * 1024);
      pieces.push(piece.data);
    }
    const expected = whole.subarray(first, Math.max(first, end));
    expect(Buffer.concat(pieces).equals(expected)).toBe(true);
  });
  await fc.assert(property, { numRuns: 60 });
});

test("the range that the record names is left out, wherever a read begins", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, Buffer.alloc(20_000, "abcdefghij"));
  await writeGap(path, { first: 4096, last: 8191, isPending: true });
  const property = fc.asyncProperty(fc.nat({ max: 21_000 }), fc.nat({ max: 21_000 }), async (first, end) => {
    let offset = first;
    for await (const piece of output.read(attempt, { first, end })) {
      expect(piece.offset).toBe(offset >= 4096 && offset < 8192 ? 8192 : offset);
      offset = piece.offset + piece.data.length;
      expect(piece.offset >= 8192 || offset <= 4096).toBe(true);
      expect(piece.data[0]).toBe("abcdefghij".charCodeAt(piece.offset % 10));
    }
    const last = Math.min(end, 20_000);
    const isWanted = first < last && !(first >= 4096 && last <= 8192);
    expect(offset).toBe(!isWanted ? first : last > 4096 && last <= 8192 ? 4096 : last);
  });
  await fc.assert(property, { numRuns: 60 });
});

test("remove takes the record with the file", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  appendFileSync(path, Buffer.alloc(20_000));
  await writeGap(path, { first: 4096, last: 8191, isPending: false });
  await output.remove(attempt);
  expect(await output.size(attempt)).toBe(0);
  expect(await output.gap(attempt)).toBeNull();
});

test("the beginning is the first 64 bytes, as far as they are there", async () => {
  const { output, attempt, path } = openOutput();
  output.prepare(attempt);
  expect(output.beginning(attempt)).toHaveLength(0);
  writeFileSync(path, "ab");
  expect(output.beginning(attempt).toString()).toBe("ab");
  writeFileSync(path, "c".repeat(100));
  expect(output.beginning(attempt).toString()).toBe("c".repeat(64));
});
