import { expect, it } from "vitest";
import { nextCursor } from "./ls.ts";

it("finds the next page in a Link header", () => {
  expect(nextCursor('<http://x/taskapi/tasks/?limit=2&cursor=7>; rel="next"')).toBe(7);
  expect(nextCursor("</taskapi/tasks/?cursor=9>; rel=next")).toBe(9);
  expect(nextCursor('<http://x/?cursor=7>; rel="prev"')).toBeUndefined();
  expect(nextCursor(null)).toBeUndefined();
});
