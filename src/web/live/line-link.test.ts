import { expect, test } from "vitest";
import { extended, lineFragment, readLineLink } from "./line-link.ts";

test.each([
  ["#L214", { from: 214, to: 214 }],
  ["L214", { from: 214, to: 214 }],
  ["#L10-L20", { from: 10, to: 20 }],
  ["#L10-20", { from: 10, to: 20 }],
  ["#L20-L10", { from: 10, to: 20 }],
  ["#L9-L10", { from: 9, to: 10 }],
  ["", null],
  ["#L0", null],
  ["#L", null],
  ["#content", null],
  ["#L1-L2-L3", null],
])("%s names %j", (fragment, link) => {
  expect(readLineLink(fragment)).toEqual(link);
});

test("is written as it is read, and grows from its first line", () => {
  expect(lineFragment({ from: 3, to: 3 })).toBe("L3");
  expect(readLineLink(lineFragment({ from: 3, to: 7 }))).toEqual({ from: 3, to: 7 });
  expect(extended(null, 5)).toEqual({ from: 5, to: 5 });
  expect(extended({ from: 5, to: 9 }, 7)).toEqual({ from: 5, to: 7 });
  expect(extended({ from: 5, to: 5 }, 2)).toEqual({ from: 2, to: 5 });
});
