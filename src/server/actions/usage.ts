import type { UsageSeries } from "../../contract/index.ts";
import { decodeUsage } from "../../supervise/usage/encoding.ts";
import type { UsagePoint } from "../../supervise/usage/usage.ts";
import { type Actor, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { Refusal } from "../failure.ts";

/** What an attempt used over time; of a running one as of now. */
export async function readUsage(
  context: Context,
  actor: Actor,
  id: number,
  query: { attempt?: number | undefined },
): Promise<UsageSeries> {
  const task = await findVisibleTask(context, actor, id);
  const number = query.attempt ?? task.attempt;
  const attempt = await context.store.attempts.find({ taskId: task.id, attempt: number });
  if (attempt === null && query.attempt !== undefined) {
    throw new Refusal("not_found");
  }
  const isRunning = task.status === "running" && task.attempt === number;
  const reply = isRunning
    ? await context.dispatcher.ask({
        ...{ taskId: id, attempt: number, by: actor.user.username, kind: "usage" },
        nodeId: task.nodeId,
      })
    : null;
  const text = (reply?.kind === "usage" ? reply.series : null) ?? attempt?.usageSeries ?? null;
  const usage = text === null ? null : decodeUsage(text);
  return { attempt: number, points: usage === null ? [] : pointsOf(usage.series.points) };
}

/** Processor time of a stretch becomes processors in use during it. */
function pointsOf(points: readonly UsagePoint[]): UsageSeries["points"] {
  return points.map((point, at) => {
    const lengthMs = Math.max(1, point.atMs - (points[at - 1]?.atMs ?? 0));
    return {
      at_ms: point.atMs,
      cpu: Math.round((point.cpuMs / lengthMs) * 1000) / 1000,
      rss_bytes: point.rssBytes,
      processes: point.processes,
      read_bytes: point.readBytes,
      write_bytes: point.writeBytes,
      output_bytes: point.outputBytes,
      gap_ms: point.gapMs,
    };
  });
}
