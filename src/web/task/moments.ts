/**
 * Moments as people write them in a filter: `30min`, `2h`, `7d` ago, `today`, `yesterday`, `2026-11-30`,
 * `2026-11-30T14:05`, or an instant with its zone. Without a zone it is the reader's.
 */
const unitMs: Readonly<Record<string, number>> = {
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const ago = /^(\d{1,5})(min|h|d|w)$/;
const day = /^\d{4}-\d\d-\d\d$/;
const clock = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** In epoch milliseconds; null when it is no moment. A day begins at its `start`, or lasts until its `end`. */
export function momentMs(word: string, edge: "start" | "end", nowMs: number): number | null {
  const text = word.trim();
  const [, count, unit = ""] = ago.exec(text.toLowerCase()) ?? [];
  if (count !== undefined) {
    return nowMs - Number(count) * (unitMs[unit] ?? 0);
  }
  const named = { today: 0, yesterday: -1 }[text.toLowerCase()];
  if (named !== undefined) {
    return dayEdge(new Date(nowMs), named, edge);
  }
  if (day.test(text)) {
    const [year = 0, month = 1, date = 1] = text.split("-").map(Number);
    const start = new Date(year, month - 1, date);
    return start.getMonth() === month - 1 && start.getDate() === date ? dayEdge(start, 0, edge) : null;
  }
  const ms = clock.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** By the calendar: a day with a change of the clock has 23 or 25 hours. */
function dayEdge(of: Date, days: number, edge: "start" | "end"): number {
  const shift = days + (edge === "end" ? 1 : 0);
  return new Date(of.getFullYear(), of.getMonth(), of.getDate() + shift).getTime() - (edge === "end" ? 1 : 0);
}

/** When the reader's day began. */
export function todayStart(): string {
  return new Date(dayEdge(new Date(), 0, "start")).toISOString();
}
