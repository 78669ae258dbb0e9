import {
  longestDayMs,
  type Statistics,
  type StatisticsPart,
  type StatisticsSpan,
  statisticsSpans,
} from "../../contract/index.ts";
import { percentile } from "../../domain/percentile.ts";
import type { EndedGroup } from "../../store/statistics.ts";
import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import type { EndedTasks } from "../ended-tasks.ts";
import { InvalidInput } from "../failure.ts";
import { nodeStateOf } from "../present/node.ts";
import { isoTime } from "../present/task.ts";
import { ownerFilter } from "./tasks.ts";

/** Figures about many tasks. Only what is needed for the span asked for is counted, in parts (../ended-tasks.ts). */
type Query = { owner?: string | undefined; span: StatisticsSpan; day_start?: string | undefined };

const dayMs = 86_400_000;

export async function getStatistics(
  context: Context,
  actor: Actor,
  endedTasks: EndedTasks,
  query: Query,
): Promise<Statistics> {
  const { store, clock } = context;
  const ownerId = await ownerFilter(context, actor, query.owner);
  const now = clock();
  const dayStart = readDayStart(query.day_start, now);
  const edges = edgesOf(dayStart, now, statisticsSpans[query.span]);
  const parts = await endedTasks({ ownerId, edges });
  const [today, pending, running, newest] = await Promise.all([
    endedTasks({ ownerId, edges: todaysEdges(dayStart, now) }),
    store.statistics.pending({ ownerId }),
    store.tasks.listRunning({ ownerId }),
    store.tasks.list({ ownerId, descending: true, cursor: null, limit: 1 }),
  ]);
  return {
    at: isoTime(now),
    has_tasks: newest.length > 0,
    running: running.length,
    pending: pending.map(({ oldest, ...queue }) => ({
      ...queue,
      oldest: oldest === null ? null : { id: oldest.id, since: isoTime(oldest.since) },
    })),
    today: { since: isoTime(dayStart), ...byStatus(today.flat()) },
    span: query.span,
    parts: parts.map((groups, index) => presentPart(groups, edges[index] ?? now, edges[index + 1] ?? now)),
    nodes: await nodeLoad(context, running),
  };
}

function readDayStart(given: string | undefined, now: number): number {
  const dayStart = given === undefined ? Math.floor(now / dayMs) * dayMs : Date.parse(given);
  if (dayStart < now - longestDayMs || dayStart > now + dayMs) {
    throw new InvalidInput({ day_start: ["Give the time when today began; it is within the last two days."] });
  }
  return dayStart;
}

/** Counted from the beginning of the day, so that parts meet midnight; the last one is the one that is not over yet. */
function edgesOf(dayStart: number, now: number, { parts, partMs }: { parts: number; partMs: number }): number[] {
  const end = dayStart + (Math.floor((now - dayStart) / partMs) + 1) * partMs;
  return Array.from({ length: parts + 1 }, (_, index) => end - (parts - index) * partMs);
}

/** The parts of a week that are today's, which a week's figures have counted already. */
function todaysEdges(dayStart: number, now: number): number[] {
  const { partMs } = statisticsSpans.week;
  const parts = Math.max(0, Math.floor((now - dayStart) / partMs) + 1);
  return Array.from({ length: parts + 1 }, (_, index) => dayStart + index * partMs);
}

function presentPart(groups: readonly EndedGroup[], from: number, before: number): StatisticsPart {
  const ran = groups.flatMap(({ count, ran }) =>
    ran === null ? [] : [{ count, least: ran.leastMs, most: ran.mostMs }],
  );
  return {
    from: isoTime(from),
    before: isoTime(before),
    ended: byOutcome(groups),
    p50_ms: percentile(ran, 0.5),
    p95_ms: percentile(ran, 0.95),
  };
}

function byOutcome(groups: readonly EndedGroup[]): StatisticsPart["ended"] {
  const alike = Map.groupBy(groups, ({ status, outcome }) => `${status} ${outcome}`);
  const ended = [...alike.values()].map((members) => ({
    status: members[0]?.status ?? "completed",
    outcome: members[0]?.outcome ?? null,
    count: members.reduce((sum, { count }) => sum + count, 0),
  }));
  return ended.sort((one, other) => other.count - one.count);
}

function byStatus(groups: readonly EndedGroup[]): { completed: number; failed: number; killed: number } {
  const counts = { completed: 0, failed: 0, killed: 0 };
  for (const { status, count } of groups) {
    if (status === "completed" || status === "failed" || status === "killed") {
      counts[status] += count;
    }
  }
  return counts;
}

async function nodeLoad(
  { store }: Context,
  running: readonly { nodeId: number | null }[],
): Promise<Statistics["nodes"]> {
  const used = (await store.tasks.countRunning()).byNode;
  const own = Map.groupBy(running, ({ nodeId }) => nodeId);
  return (await store.nodes.list()).map((node) => ({
    id: node.id,
    name: node.name,
    state: nodeStateOf(node),
    slots: node.slots,
    used: used.get(node.id) ?? 0,
    running: own.get(node.id)?.length ?? 0,
  }));
}
