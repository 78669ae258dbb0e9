import { expect, test } from "vitest";
import { percentile } from "./percentile.ts";

const one = (value: number) => ({ count: 1, least: value, most: value });

test("is the value at the nearest rank, whatever the order of the groups", () => {
  expect(percentile([], 0.5)).toBeNull();
  expect(percentile([one(7)], 0.5)).toBe(7);
  expect(percentile([one(7)], 0.95)).toBe(7);
  expect(percentile([one(30), one(10), one(20)], 0.5)).toBe(20);
  expect(percentile([one(30), one(10), one(20)], 0.95)).toBe(30);
  expect(percentile([one(1000), { count: 2, least: 10, most: 20 }], 0.5)).toBe(20);
});

test("lies within its group", () => {
  const groups = [
    { count: 100, least: 100, most: 109 },
    { count: 10, least: 500, most: 510 },
  ];
  expect(percentile(groups, 0.5)).toBe(105);
  expect(percentile(groups, 0.95)).toBe(504);
});

test("of many values is within a twentieth of the exact one", () => {
  const values = Array.from({ length: 5000 }, (_, index) => Math.round(1.0025 ** index));
  const classOf = (value: number) => Math.floor(Math.log2(value) * 8);
  const groups = [...Map.groupBy(values, classOf).values()].map((members) => ({
    ...{ count: members.length, least: Math.min(...members), most: Math.max(...members) },
  }));
  for (const share of [0.1, 0.5, 0.95, 1]) {
    const exact = values[Math.ceil(share * values.length) - 1] ?? 0;
    expect(Math.abs((percentile(groups, share) ?? 0) / exact - 1)).toBeLessThan(0.05);
  }
});
