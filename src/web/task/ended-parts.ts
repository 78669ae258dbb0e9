import type { StatisticsPart, StatisticsSpan } from "../../contract/index.ts";

/** How tasks end, in the order in which a bar stacks them: what failed stands on the ground, where it is compared best. */
export const endStatuses = ["failed", "killed", "completed"] as const;
export type EndCounts = Record<(typeof endStatuses)[number], number>;

/** How many ended which way, in the parts together. */
export function endCounts(parts: readonly Pick<StatisticsPart, "ended">[]): EndCounts {
  const counts = { failed: 0, killed: 0, completed: 0 };
  for (const { status, count } of parts.flatMap(({ ended }) => ended)) {
    if (status === "failed" || status === "killed" || status === "completed") {
      counts[status] += count;
    }
  }
  return counts;
}

export function sumOf(counts: EndCounts): number {
  return counts.failed + counts.killed + counts.completed;
}

/** Places in a chart where a round time of the reader's clock begins: each quarter of an hour, of a day, or each day. */
export type TimeMark = { index: number; words: string };

/** They are where the clock passes a round time between two parts, so that a change of the clock does no harm. */
export function timeMarks(parts: readonly Pick<StatisticsPart, "from">[], span: StatisticsSpan): TimeMark[] {
  const moments = parts.map(({ from }) => new Date(from));
  return moments.flatMap((moment, index) => {
    const before = moments[index - 1];
    const isMark = before !== undefined && roundTime(moment, span) !== roundTime(before, span);
    return isMark ? [{ index, words: markWords(moment, span) }] : [];
  });
}

/** Names the stretch of time that a moment is in, from one mark to the next. */
function roundTime(moment: Date, span: StatisticsSpan): string {
  const day = moment.toDateString();
  switch (span) {
    case "hour":
      return `${day} ${moment.getHours()} ${Math.floor(moment.getMinutes() / 15)}`;
    case "day":
      return `${day} ${Math.floor(moment.getHours() / 6)}`;
    case "week":
      return day;
  }
}

function markWords(moment: Date, span: StatisticsSpan): string {
  const isDay = span === "week" || (span === "day" && moment.getHours() < 6);
  return isDay
    ? moment.toLocaleDateString(undefined, { month: "short", day: "2-digit" })
    : moment.toLocaleTimeString(undefined, { timeStyle: "short", hourCycle: "h23" });
}
