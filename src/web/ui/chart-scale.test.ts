import { expect, test } from "vitest";
import { linePath, nearestPoint, roundedUp, roundedUpBytes, unbrokenRuns } from "./chart-scale.ts";

test.each([
  [0, 1],
  [0.03, 0.05],
  [0.99, 1],
  [1, 1],
  [1.2, 2],
  [7, 10],
  [10, 10],
  [240, 500],
])("a scale for %d ends at %d", (value, end) => {
  expect(roundedUp(value)).toBeCloseTo(end, 10);
});

test("a scale of bytes ends at a power of two", () => {
  expect(roundedUpBytes(0)).toBe(1024);
  expect(roundedUpBytes(3 * 1024 ** 2)).toBe(4 * 1024 ** 2);
  expect(roundedUpBytes(512 * 1024 ** 2)).toBe(512 * 1024 ** 2);
});

const points = [
  { atMs: 1000, value: 1 },
  { atMs: 2000, value: 0 },
];

test("a stepped line is level up to each point, from the beginning on", () => {
  expect(linePath(points, { endMs: 2000, top: 2 }, true)).toBe("M0,50H500V100H1000");
});

test("a plain line joins the points, and stays in its box", () => {
  expect(linePath(points, { endMs: 2000, top: 0.5 }, false)).toBe("M500,0L1000,100");
  expect(linePath([], { endMs: 0, top: 1 }, false)).toBe("");
});

test("the nearest point is found on both sides", () => {
  expect(nearestPoint(points, 1400)?.atMs).toBe(1000);
  expect(nearestPoint(points, 9000)?.atMs).toBe(2000);
  expect(nearestPoint([], 1)).toBeUndefined();
});

test("where nobody looked the line is cut", () => {
  const [first, second] = points;
  const late = { atMs: 9000, value: 1, isAfterGap: true };
  expect(unbrokenRuns([...points, late])).toEqual([[first, second], [late]]);
  expect(unbrokenRuns([])).toEqual([]);
});
