import { setImmediate as turn } from "node:timers/promises";
import type { EndedGroup, Statistics } from "../store/statistics.ts";

/**
 * What ended in parts of time, one part after the other, each kept for a while. Counting 100,000 ended tasks takes a tenth
 * of a second, in which a database in this process would stop everything: in parts it never stops it for long, and who
 * looks at the figures all the time has only the part counted anew that is not over yet.
 *
 * An end can be recorded late, by a node that was away: what is over is therefore counted again after a minute.
 */
export type EndedTasks = (wanted: { ownerId: number | null; edges: readonly number[] }) => Promise<EndedGroup[][]>;

const keptMs = 60_000;
const keptParts = 2000;

/** A reader of one record. Answers one list of groups for each pair of neighbouring edges. */
export function createEndedTasks(statistics: Pick<Statistics, "ended">, clock: () => number): EndedTasks {
  const kept = new Map<string, { until: number; groups: Promise<EndedGroup[]> }>();

  function read(ownerId: number | null, from: number, before: number): Promise<EndedGroup[]> {
    const now = clock();
    const isOver = before <= now;
    const key = `${ownerId} ${from} ${before}`;
    const known = kept.get(key);
    if (isOver && known !== undefined && known.until > now) {
      return known.groups;
    }
    kept.delete(key);
    const groups = statistics.ended({ ownerId, from, before });
    if (isOver) {
      kept.set(key, { until: now + keptMs, groups });
      groups.catch(() => kept.delete(key));
      forgetOldest();
    }
    return groups;
  }

  function forgetOldest(): void {
    for (const key of kept.keys()) {
      if (kept.size <= keptParts) {
        return;
      }
      kept.delete(key);
    }
  }

  return async ({ ownerId, edges }) => {
    const parts: EndedGroup[][] = [];
    for (const [index, from] of edges.slice(0, -1).entries()) {
      parts.push(await read(ownerId, from, edges[index + 1] ?? from));
      await turn();
    }
    return parts;
  };
}
