import { randomUUID } from "node:crypto";
import type { Config } from "../config/load.ts";
import { createAdmission } from "../services/admission.ts";
import type { LostAttempt } from "../services/lost-attempt.ts";
import { createLostNodes } from "../services/lost-nodes.ts";
import { createRetention } from "../services/retention.ts";
import type { Store } from "../store/store.ts";
import { createClock, createDispatcher } from "./connect.ts";
import type { Context } from "./context.ts";
import { type DataDirectory, directoryWatch } from "./data-directory.ts";
import { readVersion } from "./installation.ts";
import { createLive } from "./live/live.ts";
import { createNode, type Node } from "./node.ts";
import { createOutputs } from "./outputs.ts";
import type { RoleParts } from "./run-process.ts";

const lookHoldsMs = 1000;
const nothingMissing = { sandbox: null, pty: null, markStderr: null };

/** Everything of a server but HTTP: the record, the node, the services beside it. */
export type Engine = {
  context: Context;
  node: Node;
  /** Takes over what ran before, and begins to work. */
  start(): Promise<{ adopted: number }>;
  /** Starts nothing new; resolves when nothing runs any more. */
  drain(): Promise<void>;
  /** Stops without touching what runs. */
  stop(): Promise<void>;
};

/** Puts the parts together. Nothing works before `start`. */
export async function createEngine({ config, settings, directory, store, log, opened }: RoleParts): Promise<Engine> {
  const installationClock = await createClock(config, store, log);
  const clock = installationClock.now;
  opened.push(async () => installationClock.stop());
  const dispatcher = await createDispatcher(config, store, log);
  opened.push(() => dispatcher.close());
  const outputs = createOutputs(config, directory, { store, dispatcher, log });
  const output = outputs.read;
  const live = createLive(store, dispatcher, log);
  /** Without Redis there is one process, and the lock of its directory keeps others away. */
  const isAlone = config.redisUrl === null;
  let isDraining = false;
  const admission = createAdmission({
    ...{ store, dispatcher, log, clock, holder: randomUUID(), isAlone },
    isDraining: () => isDraining,
  });
  /** A slot is free, and the task comes back later. */
  function waitForRetry(at: number): void {
    admission.delayedUntil(at);
    admission.poke();
  }
  function noteLost({ taskId, kind, retryAt }: NonNullable<LostAttempt>): void {
    live.changed({ taskId, kind });
    if (retryAt !== null) {
      waitForRetry(retryAt);
    }
  }
  const node = await createNode({
    ...{ config, directory, store, outputs, dispatcher, log, clock: installationClock },
    onChange: (change) => {
      live.changed(change);
      if (change.kind === "ended") {
        admission.poke();
      }
    },
    onRetry: waitForRetry,
  });
  const services = [
    admission,
    createLostNodes({
      store,
      log,
      clock,
      uptimeMs: () => performance.now(),
      leaseMs: config.leaseSeconds * 1000,
      graceMs: config.lostGraceSeconds * 1000,
      ownNodeId: () => node.worker.nodeId,
      onLost: noteLost,
    }),
    createRetention({ store, output, log, clock, retentionDays: config.retentionDays }),
  ];
  const context: Context = {
    ...{ config, settings, version: readVersion(), store, output, admission, dispatcher, live, log, clock },
    problems: problemsOf(directory, store),
    // Where there are several nodes, the one that is to run it finds out.
    missing: () => (config.redisUrl === null ? node.means.missing : nothingMissing),
    surroundings: node.surroundings,
    ownNodeId: () => node.worker.nodeId,
  };

  return {
    context,
    node,
    async start() {
      if (isAlone) {
        await assertAlone(config, directory, store);
        // What an earlier life had handed to its dispatcher went with it.
        await store.tasks.takeBack({ handedForMs: 0 });
      }
      const started = await node.worker.start();
      for (const service of services) {
        service.start();
      }
      return started;
    },
    async drain() {
      isDraining = true;
      await node.worker.drain();
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await dispatcher.close();
      node.stop();
      live.close();
      output.close();
      installationClock.stop();
      await store.close();
    },
  };
}

/** A second server on one database, with neither knowing of the other, would hand out slots twice. */
async function assertAlone(config: Config, directory: DataDirectory, store: Store): Promise<void> {
  if (config.databaseUrl.startsWith("sqlite:")) {
    return;
  }
  const other = (await store.nodes.list()).find((node) => node.aliveForMs > 0 && node.key !== directory.nodeKey);
  if (other !== undefined) {
    const seconds = Math.ceil(other.aliveForMs / 1000);
    throw new Error(
      `Node ${other.name}${other.host === "" ? "" : ` on ${other.host}`} works on this database already. Several servers and workers need REDIS_URL, all of them the same; or try again in ${seconds} s if that one is gone.`,
    );
  }
}

/** What keeps the server from working, found out by looking. */
function problemsOf(directory: DataDirectory, store: Store): () => Promise<string[]> {
  const isDirectoryFine = directoryWatch(directory.root);

  async function look(): Promise<string[]> {
    const found: string[] = [];
    const directoryProblem = isDirectoryFine();
    if (directoryProblem !== null) {
      found.push(directoryProblem);
    }
    await store.check().catch((error: Error) => found.push(error.message));
    return found;
  }

  // Anybody may ask as often as they like, and each look writes to the database: the answer holds for a second.
  // Measured by a clock that nobody sets, or after the wall clock was set back it would hold for hours.
  let lastLook: { at: number; answer: Promise<string[]> } | null = null;
  return () => {
    if (lastLook === null || performance.now() - lastLook.at >= lookHoldsMs) {
      lastLook = { at: performance.now(), answer: look() };
    }
    return lastLook.answer;
  };
}
