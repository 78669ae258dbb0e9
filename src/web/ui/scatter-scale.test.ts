import { expect, test } from "vitest";
import { pointAt, scatterScale } from "./scatter-scale.ts";

const box = { width: 1012, height: 112 };
const points = [
  { atMs: 1000, durationMs: 20 },
  { atMs: 2000, durationMs: 2000 },
  { atMs: 3000, durationMs: 90_000 },
];

test("the scale goes from the round duration below the shortest to the one above the longest", () => {
  const scale = scatterScale(points, box);
  expect(scale.marksMs).toEqual([10, 100, 1000, 10_000, 60_000, 600_000]);
  expect([scale.x(1000), scale.x(2000), scale.x(3000)]).toEqual([6, 506, 1006]);
  expect([scale.y(10), scale.y(600_000)]).toEqual([106, 6]);
  expect(scale.y(0)).toBe(106);
  expect(scale.momentAt(506)).toBe(2000);
  expect(scale.momentAt(5000)).toBe(3000);
});

test.each([
  [[], [1000, 10_000]],
  [[{ atMs: 5, durationMs: 1000 }], [1000, 10_000]],
  [[{ atMs: 5, durationMs: 0 }], [10, 100]],
  [[{ atMs: 5, durationMs: 1e12 }], [4 * 86_400_000 * 10, 4 * 86_400_000 * 100]],
])("few points have two marks at least: %j", (few, marks) => {
  const scale = scatterScale(few, box);
  expect(scale.marksMs).toEqual(marks);
  expect(Number.isFinite(scale.x(5)) && Number.isFinite(scale.y(5))).toBe(true);
});

test("the point under the pointer is the nearest one in reach", () => {
  const scale = scatterScale(points, box);
  expect(pointAt(points, scale, { x: 510, y: scale.y(2000) + 3 }, 12)).toBe(points[1]);
  expect(pointAt(points, scale, { x: 600, y: 50 }, 12)).toBeNull();
});
