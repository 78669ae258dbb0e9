import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import { endAsLost, type LostAttempt } from "./lost-attempt.ts";
import { createService, type Service } from "./service.ts";

/**
 * Nodes that fell silent: when a lease has been over for longer than the grace, by the clock of the database, the node's
 * attempts are `lost` and their tasks fail with that reason. Each end is written conditionally on the attempt still being
 * that node's, so one that came back and reported its end in the meantime keeps its own.
 */
export type LostNodesOptions = {
  store: Store;
  log: Log;
  clock: () => number;
  graceMs: number;
  /** The node of this process, never judged here: after a suspend or a full disk its lease may be over while it lives. */
  ownNodeId(): number | null;
  onLost(lost: NonNullable<LostAttempt>): void;
};

const intervalMs = 5000;

export function createLostNodes(options: LostNodesOptions): Service {
  const { store, clock, graceMs, log } = options;

  async function runOnce(): Promise<{ lost: number }> {
    let count = 0;
    for (const node of await store.nodes.list()) {
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
