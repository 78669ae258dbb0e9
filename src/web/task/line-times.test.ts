import { expect, test } from "vitest";
import { looksAt, timeOfByte } from "./line-times.ts";

function look(atMs: number, outputBytes: number | null) {
  const nothing = { cpu: 0, rss_bytes: 0, processes: 1, read_bytes: null, write_bytes: null, gap_ms: 0 };
  return { at_ms: atMs, output_bytes: outputBytes, ...nothing };
}

const points = [look(100, 0), look(1000, 10), look(2000, null), look(3000, 10), look(4000, 25)];
const running = looksAt({ startedAtMs: 50_000, endedAtMs: null, points });

test.each([
  ["the first byte", 0, { fromMs: 50_100, toMs: 51_000 }],
  ["the last one of a look", 9, { fromMs: 50_100, toMs: 51_000 }],
  ["the one after it", 10, { fromMs: 53_000, toMs: 54_000 }],
  ["what no look has come to", 25, null],
])("%s lies between two looks", (_, offset, expected) => {
  expect(timeOfByte(running, offset)).toEqual(expected && expect.objectContaining(expected));
});

test("what came after the last look was there at the end", () => {
  const ended = looksAt({ startedAtMs: 50_000, endedAtMs: 54_500, points });
  expect(timeOfByte(ended, 1_000_000)).toMatchObject({ fromMs: 54_000, toMs: 54_500 });
  const unseen = looksAt({ startedAtMs: 50_000, endedAtMs: 50_030, points: [] });
  expect(timeOfByte(unseen, 3)).toMatchObject({ fromMs: 50_000, toMs: 50_030 });
});

test("what was stored without sizes tells only start and end", () => {
  const old = looksAt({ startedAtMs: 0, endedAtMs: 9000, points: [look(1000, null), look(2000, null)] });
  expect(timeOfByte(old, 0)).toMatchObject({ fromMs: 0, toMs: 9000 });
});
