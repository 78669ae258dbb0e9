import { expect, test } from "vitest";
import { nextCursor } from "./task-queries.ts";

test.each([
  ['</taskapi/tasks/?limit=100&cursor=42>; rel="next"', 42],
  ['<http://host/taskapi/tasks/?cursor=7&limit=2>; rel=next, </first>; rel="first"', 7],
  ['</taskapi/tasks/>; rel="prev"', null],
  [null, null],
])("of the header %j the next cursor is %j", (link, cursor) => {
  expect(nextCursor(link)).toBe(cursor);
});
