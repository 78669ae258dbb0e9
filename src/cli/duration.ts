import { UsageError } from "./failure.ts";

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** Seconds of `90`, `90s`, `2m30s`, `1.5h`, `500ms` or `1d`; a bare number means seconds. Throws UsageError. */
export function parseDurationSeconds(text: string): number {
  const seconds = parseDelaySeconds(text);
  if (seconds <= 0) {
    throw wrongDuration(text);
  }
  return seconds;
}

/** The same, but 0 is fine as well. */
export function parseDelaySeconds(text: string): number {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return Number(trimmed);
  }
  if (!/^(\d+(\.\d+)?\s*(ms|s|min|m|h|d)\s*)+$/.test(trimmed)) {
    throw wrongDuration(text);
  }
  let seconds = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)/g)) {
    seconds += Number(amount) * (unitSeconds[unit ?? ""] ?? 0);
  }
  return Number(seconds.toFixed(3));
}

function wrongDuration(text: string): UsageError {
  return new UsageError(`"${text}" is not a duration. Use something like 90s, 2m30s, 1.5h or 1d.`);
}
