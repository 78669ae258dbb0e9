import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, formatDuration } from "./time.ts";

describe("times and sizes in words", () => {
  const durations: [number, string][] = [
    [0, "0 ms"],
    [850, "850 ms"],
    [41_900, "41 s"],
    [723_000, "12 min 3 s"],
    [720_000, "12 min"],
    [12_000_000, "3 h 20 min"],
    [187_200_000, "2 d 4 h"],
  ];
  it.each(durations)("%i ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  const ages: [string, string][] = [
    ["2026-01-02T12:00:00.500Z", "just now"],
    ["2026-01-02T12:00:05Z", "just now"],
    ["2026-01-02T11:59:20Z", "41 s ago"],
    ["2026-01-02T11:48:00Z", "12 min ago"],
    ["2026-01-01T12:00:00Z", "24 h ago"],
    ["2025-12-28T12:00:00Z", "5 d ago"],
  ];
  it.each(ages)("%s was %s", (iso, text) => {
    expect(formatAge(iso, Date.parse("2026-01-02T12:00:01Z"))).toBe(text);
  });

  const sizes: [number, string][] = [
    [1, "1 byte"],
    [1023, "1023 bytes"],
    [1536, "1.5 KiB"],
    [67_108_864, "64 MiB"],
  ];
  it.each(sizes)("%i is %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
