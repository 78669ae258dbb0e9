import { useTimeText } from "./clock.ts";
import { formatAgo, formatClock, formatDuration, formatElapsed, formatMoment } from "./durations.ts";

/** How long ago a moment was; the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const atMs = Date.parse(at);
  const words = useTimeText((nowMs) => formatAgo(nowMs - atMs));
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {words}
    </time>
  );
}

/** How long something has been going on, ticking. */
export function Elapsed({ since }: { since: string }) {
  const sinceMs = Date.parse(since);
  const words = useTimeText((nowMs) => formatElapsed(nowMs - sinceMs));
  return <time title={formatMoment(since)}>{words}</time>;
}

/** A length of time that is known. */
export function Duration({ ms, title }: { ms: number; title?: string | undefined }) {
  return <time title={title}>{formatDuration(ms)}</time>;
}

/** A moment in full, with how long ago it was. */
export function Moment({ at }: { at: string }) {
  const atMs = Date.parse(at);
  const words = useTimeText((nowMs) => formatAgo(nowMs - atMs));
  return (
    <time dateTime={at}>
      {formatMoment(at)} <span style={{ color: "var(--ink-dim)" }}>({words})</span>
    </time>
  );
}

/** A moment by its time of day; in full, with milliseconds, on hover. */
export function ClockTime({ at }: { at: string }) {
  const words = useTimeText((nowMs) => formatClock(at, nowMs));
  return (
    <time dateTime={at} title={`${formatMoment(at)} (${at})`}>
      {words}
    </time>
  );
}
