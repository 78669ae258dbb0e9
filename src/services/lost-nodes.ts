import { retryDelayMs } from "../domain/retry.ts";
import type { Log } from "../log/log.ts";
import type { NodeRow, OpenAttempt, Store } from "../store/store.ts";
import { createService, type Service } from "./service.ts";

/**
 * Nodes that fell silent: when a lease has been over for longer than the grace, the node's attempts are `lost` and their
 * tasks fail with that reason. Each end is written conditionally on the attempt still being that node's, so one that came
 * back and reported its end in the meantime keeps its own.
 */
export type LostNodesOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  graceMs: number;
  /** The node of this process, never judged here: after a suspend or a full disk its lease may be over while it lives. */
  ownNodeId(): number | null;
  /** A task waits until then for its next attempt. */
  onRetry(at: number): void;
  onLost(change: { taskId: number; kind: "ended" | "changed" }): void;
};

const intervalMs = 5000;

export function createLostNodes(options: LostNodesOptions): Service {
  const { store, clock, graceMs, log } = options;

  async function runOnce(): Promise<{ lost: number }> {
    let lost = 0;
    for (const node of await store.nodes.list()) {
      const isSilent = node.leaseUntil + graceMs < clock();
      if (isSilent && node.id !== options.ownNodeId()) {
        for (const attempt of await store.attempts.listOpen({ nodeId: node.id })) {
          lost += (await endAsLost(node, attempt)) ? 1 : 0;
        }
      }
    }
    return { lost };
  }

  async function endAsLost(node: NodeRow, attempt: OpenAttempt): Promise<boolean> {
    const now = clock();
    const silentSeconds = Math.round((now - node.seenAt) / 1000);
    const result = { number: attempt.number, status: "failed", outcome: "lost" } as const;
    const delayMs = retryDelayMs(attempt.task.spec.retry, result, Math.random());
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
      retryAt: delayMs === null ? null : now + delayMs,
      outputBytes: attempt.outputBytes,
      outputGap: attempt.outputGap,
      now,
    });
    if (applied !== false) {
      log.warn({ taskId: attempt.taskId, attempt: attempt.number, node: node.name }, "attempt lost with its node");
      if (applied === "pending" && delayMs !== null) {
        options.onRetry(now + delayMs);
      }
      options.onLost({ taskId: attempt.taskId, kind: applied === "over" ? "ended" : "changed" });
    }
    return applied !== false;
  }

  return createService({ name: "lost nodes", intervalMs, log, runOnce });
}
