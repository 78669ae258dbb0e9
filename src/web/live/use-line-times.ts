import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { attemptsQuery, usageQuery } from "../api/task-queries.ts";
import { type LineTime, looksAt, timeOfByte } from "../task/line-times.ts";

/** When the byte at an offset was written; null while nobody knows. */
export type TimeOfByte = (offset: number) => LineTime | null;

const lookMs = 2000;

/** Fetches the times of an attempt's output while somebody wants to see them. */
export function useLineTimes(taskId: number, attempt: number, options: { isOn: boolean; isRunning: boolean }) {
  const { isOn, isRunning } = options;
  const enabled = isOn && attempt > 0;
  const usage = useQuery({
    ...usageQuery(taskId, attempt),
    enabled,
    refetchInterval: isRunning ? lookMs : false,
  });
  const attempts = useQuery({ ...attemptsQuery(taskId), enabled });
  const shown = attempts.data?.find(({ number }) => number === attempt);
  const points = usage.data?.points;
  return useMemo<TimeOfByte | null>(() => {
    if (!isOn) {
      return null;
    }
    if (points === undefined || shown === undefined || shown.started_at === null) {
      return () => null;
    }
    const endedAtMs = shown.completed_at === null ? null : Date.parse(shown.completed_at);
    const looks = looksAt({ startedAtMs: Date.parse(shown.started_at), endedAtMs, points });
    return (offset) => timeOfByte(looks, offset);
  }, [isOn, points, shown]);
}
