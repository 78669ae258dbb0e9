import { describe, expect, it } from "vitest";
import { parseDurationSeconds } from "./duration.ts";
import { UsageError } from "./failure.ts";

describe("a duration", () => {
  const cases: [string, number][] = [
    ["90", 90],
    ["0.5", 0.5],
    ["90s", 90],
    ["500ms", 0.5],
    ["2m30s", 150],
    ["2 min 30 s", 150],
    ["1.5h", 5400],
    ["1d", 86_400],
    [" 1h ", 3600],
  ];
  it.each(cases)("%s", (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds);
  });

  it.each(["", "0", "0s", "-5", "5 weeks", "m", "1h!", "1e3", "soon"])("refuses %s", (text) => {
    expect(() => parseDurationSeconds(text)).toThrow(UsageError);
  });
});
