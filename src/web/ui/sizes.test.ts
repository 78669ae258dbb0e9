import { expect, test } from "vitest";
import { formatBytes, formatCount } from "./sizes.ts";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [67_108_864, "64.0 MiB"],
  [851_443_712, "812 MiB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("counts have separators", () => {
  expect(formatCount(1284)).toBe("1,284");
});
