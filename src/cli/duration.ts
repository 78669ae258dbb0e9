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

/** A time with its zone as it is, or a duration from now on; in ISO 8601. Throws UsageError. */
export function parseStart(text: string, nowMs: number): string {
  const trimmed = text.trim();
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(trimmed)) {
    return trimmed;
  }
  if (/^\d{4}-/.test(trimmed)) {
    throw new UsageError(`"${text}" is not a time. Give it with its zone, like 2026-04-01T12:00:00Z or …+02:00.`);
  }
  return new Date(nowMs + parseDelaySeconds(trimmed) * 1000).toISOString();
}

function wrongDuration(text: string): UsageError {
  return new UsageError(`"${text}" is not a duration. Use something like 90s, 2m30s, 1.5h or 1d.`);
}
