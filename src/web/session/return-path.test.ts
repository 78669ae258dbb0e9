import { expect, test } from "vitest";
import { safeReturnPath } from "./return-path.ts";

test.each([
  ["/tasks/12?tab=details", "/tasks/12?tab=details"],
  ["//evil.example", "/tasks"],
  ["/\\evil.example", "/tasks"],
  ["https://evil.example", "/tasks"],
  ["/login?to=/tasks", "/tasks"],
  [undefined, "/tasks"],
])("after a login %j leads to %j", (path, target) => {
  expect(safeReturnPath(path)).toBe(target);
});
