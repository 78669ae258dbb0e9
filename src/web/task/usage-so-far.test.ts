import { expect, test } from "vitest";
import { usageSoFar } from "./usage-so-far.ts";

const nothing = { cpu_ms: null, max_rss_bytes: null, max_processes: null, read_bytes: null, write_bytes: null };

function point(atMs: number, cpu: number, rssBytes: number, readBytes: number | null) {
  return {
    ...{ at_ms: atMs, cpu, rss_bytes: rssBytes, processes: 2, output_bytes: null, gap_ms: 0 },
    ...{ read_bytes: readBytes, write_bytes: 10 },
  };
}

test("the points of an attempt add up to what it used so far", () => {
  const points = [point(100, 1, 500, 5), point(1100, 0.5, 300, 7)];
  expect(usageSoFar(nothing, { attempt: 1, points })).toEqual({
    cpu_ms: 600,
    max_rss_bytes: 500,
    max_processes: 2,
    read_bytes: 12,
    write_bytes: 20,
  });
});

test("what the record knows is never made less, and what cannot be known stays unknown", () => {
  const recorded = { ...nothing, cpu_ms: 9000, max_rss_bytes: 800, max_processes: 7 };
  expect(usageSoFar(recorded, { attempt: 1, points: [point(100, 1, 500, null)] })).toMatchObject({
    ...{ cpu_ms: 9000, max_rss_bytes: 800, max_processes: 7 },
    ...{ read_bytes: null, write_bytes: 10 },
  });
  expect(usageSoFar(recorded, { attempt: 1, points: [] })).toBe(recorded);
});
