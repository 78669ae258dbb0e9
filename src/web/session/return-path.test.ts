import { expect, test } from "vitest";
import { safeReturnPath } from "./return-path.ts";

test.each([
  ["/tasks/12?tab=details", "/tasks/12?tab=details"],
  ["//evil.example", "/dashboard"],
  ["/\\evil.example", "/dashboard"],
  ["https://evil.example", "/dashboard"],
  ["/login?to=/tasks", "/dashboard"],
  [undefined, "/dashboard"],
])("after a login %j leads to %j", (path, target) => {
  expect(safeReturnPath(path)).toBe(target);
});
