import { expect, it } from "vitest";
import { sparkline } from "./chart.ts";

const points = (...values: number[]) => values.map((value, index) => ({ atMs: index * 1000, value }));

it("draws values from nothing to the largest one", () => {
  expect(sparkline(points(0, 1, 2, 3, 4, 5, 6, 7), 60)).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline(points(0, 0, 0), 60)).toBe("▁▁▁");
  expect(sparkline([], 60)).toBe("");
  expect(sparkline(points(3), 60)).toBe("█");
});

it("keeps a short peak when there are more points than columns", () => {
  const many = points(...Array.from({ length: 240 }, (_, index) => (index === 100 ? 50 : 0)));
  const line = sparkline(many, 24);
  expect([...line]).toHaveLength(24);
  expect([...line].filter((block) => block === "█")).toHaveLength(1);
});

it("repeats the value before where a time has no point", () => {
  const line = sparkline(
    [
      { atMs: 0, value: 4 },
      { atMs: 100, value: 4 },
      { atMs: 200, value: 8 },
      { atMs: 1000, value: 8 },
    ],
    4,
  );
  expect(line).toBe("███████".slice(0, 4));
});
