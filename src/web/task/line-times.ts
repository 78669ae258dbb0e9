import type { UsageSeries } from "../../contract/index.ts";

/**
 * When a line was written. Output is kept as it came, without times; but each look at an attempt, about once a second,
 * notes how much there was. A byte was written between the last look that had not come to it and the first that had.
 */
export type LineTime = { fromMs: number; toMs: number };

/** Of an attempt; `endedAtMs` null while it runs. */
export type AttemptTimes = { startedAtMs: number; endedAtMs: number | null; points: UsageSeries["points"] };

/** What ended with a look at an output: the bytes there were by then. */
export type OutputLook = LineTime & { bytes: number };

/** In order of time, so that their sizes never fall. */
export function looksAt({ startedAtMs, endedAtMs, points }: AttemptTimes): OutputLook[] {
  const looks: OutputLook[] = [{ fromMs: startedAtMs, toMs: startedAtMs, bytes: 0 }];
  const add = (toMs: number, bytes: number) => looks.push({ fromMs: looks.at(-1)?.toMs ?? toMs, toMs, bytes });
  for (const { at_ms, output_bytes: bytes } of points) {
    if (bytes !== null) {
      add(startedAtMs + at_ms, bytes);
    }
  }
  if (endedAtMs !== null) {
    add(endedAtMs, Number.POSITIVE_INFINITY);
  }
  return looks;
}

/** Null when no look has come to the byte yet. The same object for all bytes of a look. */
export function timeOfByte(looks: readonly OutputLook[], offset: number): LineTime | null {
  let before = 0;
  let after = looks.length;
  // Between the two lies the first look that has the byte.
  while (before < after) {
    const middle = Math.floor((before + after) / 2);
    if ((looks[middle]?.bytes ?? 0) > offset) {
      after = middle;
    } else {
      before = middle + 1;
    }
  }
  return looks[after] ?? null;
}
