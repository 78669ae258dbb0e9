import { queryOptions } from "@tanstack/react-query";
import type { StatisticsSpan } from "../../contract/index.ts";
import { todayStart } from "../task/moments.ts";
import { client, contract } from "./client.ts";
import { taskKeys } from "./task-queries.ts";

/** Time passes, and nodes come and go, also while no task changes. */
const refreshMs = 10_000;

/** Figures about the tasks of one owner, or of everybody: null. Among the counts, which are had anew when tasks change. */
export function statisticsQuery(owner: string | null, span: StatisticsSpan) {
  return queryOptions({
    queryKey: [...taskKeys.counts, "statistics", owner, span],
    queryFn: ({ signal }) => {
      const query = { owner: owner ?? "*", span, day_start: todayStart() };
      return client.call(contract.getStatistics, { query }, { signal });
    },
    refetchInterval: refreshMs,
  });
}
