import { describe, expect, it } from "vitest";
import { parseDurationSeconds, parseStart } from "./duration.ts";
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

it("a start is a time with its zone, or so long from now", () => {
  const nowMs = Date.parse("2026-04-01T12:00:00Z");
  expect(parseStart("2h", nowMs)).toBe("2026-04-01T14:00:00.000Z");
  expect(parseStart("2026-05-01T08:30+02:00", nowMs)).toBe("2026-05-01T08:30+02:00");
  expect(() => parseStart("2026-05-01T08:30", nowMs)).toThrow("with its zone");
  expect(() => parseStart("tomorrow", nowMs)).toThrow("is not a duration");
});
