import { expect, it } from "vitest";
import { parseSizeBytes } from "./size.ts";

it("reads sizes as people write them", () => {
  const cases: [string, number][] = [
    ["1048576", 1_048_576],
    ["512M", 512 * 1024 ** 2],
    ["512m", 512 * 1024 ** 2],
    ["1.5G", 1.5 * 1024 ** 3],
    ["64KiB", 65_536],
    ["64 KB", 64_000],
    ["2TB", 2e12],
    ["100B", 100],
  ];
  for (const [text, bytes] of cases) {
    expect(parseSizeBytes(text), text).toBe(bytes);
  }
});

it("refuses what is no size", () => {
  for (const text of ["", "M", "-1", "0", "0.0001K", "12X", "1G2", "1e3", "9999999999T"]) {
    expect(() => parseSizeBytes(text), text).toThrow("is not a size");
  }
});
