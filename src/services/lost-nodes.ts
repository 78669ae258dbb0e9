import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import { endAsLost, type LostAttempt } from "./lost-attempt.ts";
import { createService, type Service } from "./service.ts";

/**
 * Nodes that fell silent: when a lease has been over for longer than the grace, by the clock of the database, the node's
 * attempts are `lost` and their tasks fail with that reason. Each end is written conditionally on the attempt still being
 * that node's, so one that came back and reported its end in the meantime keeps its own.
 *
 * Who could not see cannot judge: while the database is away all leases run out, since nobody can renew one, and the first
 * to come back would find everybody else dead. So a server judges only when it has seen the database, without a break, for
 * as long as a lease is: by then whoever lives has renewed its own. A look that failed, or came too late after the one
 * before (a stopped process, a question that hung), is a break.
 */
export type LostNodesOptions = {
  store: Pick<Store, "nodes" | "attempts">;
  log: Log;
  clock: () => number;
  /** A clock that nobody sets. */
  uptimeMs: () => number;
  leaseMs: number;
  graceMs: number;
  /** The node of this process, never judged here: after a suspend or a full disk its lease may be over while it lives. */
  ownNodeId(): number | null;
  onLost(lost: NonNullable<LostAttempt>): void;
};

const slowestMs = 5000;

export function createLostNodes(options: LostNodesOptions): Service {
  const { store, clock, uptimeMs, leaseMs, graceMs, log } = options;
  const intervalMs = Math.min(slowestMs, leaseMs / 3);
  let sightedSince: number | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function look() {
    try {
      const nodes = await store.nodes.list();
      const isBreak = uptimeMs() - lookedAt > intervalMs + leaseMs / 2;
      lookedAt = uptimeMs();
      sightedSince = sightedSince === null || isBreak ? lookedAt : sightedSince;
      return nodes;
    } catch (error) {
      sightedSince = null;
      throw error;
    }
  }

  async function runOnce(): Promise<{ lost: number }> {
    const nodes = await look();
    if (sightedSince === null || lookedAt - sightedSince < leaseMs) {
      return { lost: 0 };
    }
    let count = 0;
    for (const node of nodes) {
      const isSilent = node.aliveForMs + graceMs < 0;
      if (isSilent && node.id !== options.ownNodeId()) {
        for (const attempt of await store.attempts.listOpen({ nodeId: node.id })) {
          const lost = await endAsLost(store, node, attempt, clock());
          if (lost !== null) {
            log.warn({ taskId: lost.taskId, attempt: lost.attempt, node: node.name }, "attempt lost with its node");
            options.onLost(lost);
            count += 1;
          }
        }
      }
    }
    return { lost: count };
  }

  return createService({ name: "lost nodes", intervalMs, log, runOnce });
}
