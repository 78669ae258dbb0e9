const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A length of time as people say it: `850 ms`, `41 s`, `12 min 3 s`, `3 h 20 min`, `2 d 4 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < secondMs) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 10 * secondMs) {
    return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  }
  if (ms < minuteMs) {
    return `${Math.floor(ms / secondMs)} s`;
  }
  if (ms < hourMs) {
    return pair(ms, minuteMs, "min", secondMs, "s");
  }
  if (ms < dayMs) {
    return pair(ms, hourMs, "h", minuteMs, "min");
  }
  return pair(ms, dayMs, "d", hourMs, "h");
}

/** The same for something that still goes on: whole seconds only, so that the text changes once a second. */
export function formatElapsed(elapsedMs: number): string {
  const wholeSeconds = Math.floor(Math.max(0, elapsedMs) / secondMs);
  return wholeSeconds < 10 ? `${wholeSeconds} s` : formatDuration(wholeSeconds * secondMs);
}

/** How long ago a moment was: `just now`, `41 s ago`, `12 min ago`, `3 h ago`, `5 d ago`. */
export function formatAgo(agoMs: number): string {
  if (agoMs < 5 * secondMs) {
    return "just now";
  }
  if (agoMs < minuteMs) {
    return `${Math.floor(agoMs / secondMs)} s ago`;
  }
  if (agoMs < hourMs) {
    return `${Math.floor(agoMs / minuteMs)} min ago`;
  }
  if (agoMs < dayMs) {
    return `${Math.floor(agoMs / hourMs)} h ago`;
  }
  return `${Math.floor(agoMs / dayMs)} d ago`;
}

// Made once: to make one takes a hundred times as long as to use it, and a list that is scrolled uses them for each row.
const momentFormat = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const dayFormat = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit" });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });

/** A point in time in full, in the reader's own zone and with the zone's name. */
export function formatMoment(iso: string): string {
  return momentFormat.format(new Date(iso));
}

/** The time of day of a moment, in the reader's zone: `14:03:05`, with the date when it is not today's. */
export function formatClock(iso: string, nowMs: number): string {
  const moment = new Date(iso);
  const isToday = moment.toDateString() === new Date(nowMs).toDateString();
  return (isToday ? "" : `${dayFormat.format(moment)}, `) + clockFormat.format(moment);
}

/** A sentence of the server with its times, which it writes in UTC, as the reader's clock shows them. */
export function withLocalTimes(sentence: string, nowMs: number = Date.now()): string {
  return sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => formatClock(iso, nowMs));
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const first = Math.floor(ms / large);
  const second = Math.floor((ms % large) / small);
  return second === 0 ? `${first} ${largeName}` : `${first} ${largeName} ${second} ${smallName}`;
}
