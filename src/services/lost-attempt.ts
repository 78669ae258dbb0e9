import { retryDelayMs } from "../domain/retry.ts";
import type { NodeRow } from "../store/nodes.ts";
import type { OpenAttempt, Store } from "../store/store.ts";

/** What became of the task, with the time of its next attempt; null when the attempt had an end already. */
export type LostAttempt = { taskId: number; attempt: number; kind: "ended" | "changed"; retryAt: number | null } | null;

/** Ends an attempt whose node is gone, unless it ended in the meantime. */
export async function endAsLost(
  store: Pick<Store, "attempts">,
  node: NodeRow,
  attempt: OpenAttempt,
  now: number,
): Promise<LostAttempt> {
  const silentSeconds = Math.round(node.silentForMs / 1000);
  const result = { number: attempt.number, status: "failed", outcome: "lost" } as const;
  const delayMs = retryDelayMs(attempt.task.spec.retry, result, Math.random());
  const retryAt = delayMs === null ? null : now + delayMs;
  const applied = await store.attempts.finish({
    taskId: attempt.taskId,
    attempt: attempt.number,
    nodeId: node.id,
    status: "failed",
    outcome: "lost",
    exitCode: null,
    signal: null,
    reason: `Lost: node ${node.name} has not been heard of for ${silentSeconds} s.`,
    pid: attempt.pid,
    startedAt: attempt.startedAt,
    endedAt: now,
    usage: attempt.usage,
    usageSeries: attempt.usageSeries,
    suspendedMs: attempt.suspendedMs,
    limitsInForce: attempt.limitsInForce,
    retryAt,
    outputBytes: attempt.outputBytes,
    outputGap: attempt.outputGap,
    now,
  });
  if (applied === false) {
    return null;
  }
  const { taskId, number } = attempt;
  return applied === "pending"
    ? { taskId, attempt: number, kind: "changed", retryAt }
    : { taskId, attempt: number, kind: "ended", retryAt: null };
}
