import type { StatisticsPart } from "../../contract/index.ts";
import { dashboardText } from "../dashboard-text.ts";
import { text } from "../text.ts";
import { formatDuration } from "../ui/durations.ts";
import { endStatuses } from "./ended-parts.ts";

const words = dashboardText.ended;

/** `14:00 – 14:30 · 9 completed · 3 failed (2 exit code, 1 timed out) · half ran 41 s at most, 95 of 100 2 min` */
export function partWords(part: StatisticsPart, nowMs: number): string {
  const ended = endStatuses.toReversed().flatMap((status) => statusWords(part, status));
  const ran = part.p50_ms === null || part.p95_ms === null ? [] : [ranWords(part.p50_ms, part.p95_ms)];
  return [partTime(part, nowMs), ...ended, ...(ended.length > 0 && ran.length === 0 ? [words.neverStarted] : ran)].join(
    " · ",
  );
}

function statusWords({ ended }: StatisticsPart, status: (typeof endStatuses)[number]): string[] {
  const groups = ended.filter((group) => group.status === status);
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const causes = groups.flatMap((group) => (group.outcome === null ? [] : [words.outcome(group.count, group.outcome)]));
  const why = status === "failed" && causes.length > 0 ? ` (${causes.join(", ")})` : "";
  return count === 0 ? [] : [words.count(count, text.statuses[status]) + why];
}

function ranWords(halfMs: number, mostMs: number): string {
  return words.ran(formatDuration(halfMs), formatDuration(mostMs));
}

/** A part's time as people read it: `14:00 – 14:30`, with the day in front when it is another one. */
function partTime({ from, before }: Pick<StatisticsPart, "from" | "before">, nowMs: number): string {
  const [start, end] = [new Date(from), new Date(before)];
  const clock = (moment: Date) => moment.toLocaleTimeString(undefined, { timeStyle: "short", hourCycle: "h23" });
  const isToday = start.toDateString() === new Date(nowMs).toDateString();
  const day = isToday ? "" : `${start.toLocaleDateString(undefined, { month: "short", day: "2-digit" })}, `;
  return `${day}${clock(start)} – ${clock(end)}`;
}
