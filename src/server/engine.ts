import { randomUUID } from "node:crypto";
import { homedir, hostname, userInfo } from "node:os";
import type { Config } from "../config/load.ts";
import { createEmbeddedDispatcher } from "../dispatch/embedded/embedded-dispatcher.ts";
import type { Log } from "../log/log.ts";
import { createFileOutput } from "../output/file/store.ts";
import { ProgressWatch } from "../output/progress-watch.ts";
import { createAdmission } from "../services/admission.ts";
import type { LostAttempt } from "../services/lost-attempt.ts";
import { createLostNodes } from "../services/lost-nodes.ts";
import { createRetention } from "../services/retention.ts";
import type { Store } from "../store/store.ts";
import { closeCgroupBase } from "../supervise/cgroup/base.ts";
import { findShell } from "../supervise/launcher/shell.ts";
import { Worker } from "../worker/worker.ts";
import type { Context } from "./context.ts";
import { type DataDirectory, directoryWatch, findRunAs } from "./data-directory.ts";
import { readVersion } from "./installation.ts";
import { createLive } from "./live/live.ts";
import { findMeans, type Means } from "./means.ts";

const lookHoldsMs = 1000;

/** Everything but HTTP: the record, the node, the services beside it. */
export type Engine = {
  context: Context;
  worker: Worker;
  means: Means;
  /** Takes over what ran before, and begins to work. */
  start(): Promise<{ adopted: number }>;
  /** Starts nothing new; resolves when nothing runs any more. */
  drain(): Promise<void>;
  /** Stops without touching what runs. */
  stop(): Promise<void>;
};

/** Null for a number without an entry, as containers have. */
function ownUserName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** The queues this node works for. One that does not exist is a mistake in the configuration, told at once. */
async function findLanes(config: Config, store: Store): Promise<string[]> {
  const names = (await store.queues.list()).map((queue) => queue.name);
  const unknown = (config.lanes ?? []).filter((lane) => !names.includes(lane));
  if (unknown.length > 0) {
    throw new Error(
      `UTM_LANES names ${unknown.join(", ")}, and there is no such queue. There is: ${names.join(", ")}.`,
    );
  }
  return config.lanes ?? names;
}

/** Finds out what this machine can do, and puts the parts together. Nothing works before `start`. */
export async function createEngine(config: Config, directory: DataDirectory, store: Store, log: Log): Promise<Engine> {
  const clock = Date.now;
  const version = readVersion();
  const output = createFileOutput({ directory: directory.output });
  const dispatcher = createEmbeddedDispatcher();
  const live = createLive(store, dispatcher, log);
  const lanes = await findLanes(config, store);
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
  const isDirectoryFine = directoryWatch(directory.root);
  const runAs = findRunAs(config.runAs);
  const shell = findShell(process.env.PATH ?? "");
  const means = await findMeans(config, directory, shell, runAs);
  const worker = new Worker({
    store,
    output,
    dispatcher,
    log,
    clock,
    node: {
      ...{ key: directory.nodeKey, name: config.nodeName, host: hostname(), version },
      ...{ slots: config.slots, labels: config.labels, lanes: config.lanes },
    },
    lanes,
    isAlone,
    leaseMs: config.leaseSeconds * 1000,
    outputCapBytes: config.outputCapBytes,
    shell,
    runAs,
    cgroup: means.cgroup,
    sandbox: means.sandbox,
    leftovers: config.leftovers,
    progress: new ProgressWatch({
      output,
      onError: (error, { taskId, attempt }) => log.error({ err: error, taskId, attempt }, "progress not looked at"),
    }),
    directory: directory.node,
    surroundings: {
      nodeName: config.nodeName,
      home: runAs?.home ?? homedir(),
      userName: runAs?.name ?? ownUserName(),
      isOtherUser: runAs !== null,
      server: process.env,
    },
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
      graceMs: config.lostGraceSeconds * 1000,
      ownNodeId: () => worker.nodeId,
      onLost: noteLost,
    }),
    createRetention({ store, output, log, clock, retentionDays: config.retentionDays }),
  ];

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
  function problems(): Promise<string[]> {
    if (lastLook === null || performance.now() - lastLook.at >= lookHoldsMs) {
      lastLook = { at: performance.now(), answer: look() };
    }
    return lastLook.answer;
  }

  return {
    context: {
      config,
      version,
      store,
      output,
      admission,
      dispatcher,
      live,
      log,
      clock,
      problems,
      missing: () => means.missing,
      ownNodeId: () => worker.nodeId,
    },
    worker,
    means,
    async start() {
      if (isAlone) {
        // What an earlier life had handed to its dispatcher went with it.
        await store.tasks.takeBack({ handedForMs: 0 });
      }
      const started = await worker.start();
      for (const service of services) {
        service.start();
      }
      return started;
    },
    async drain() {
      isDraining = true;
      await worker.drain();
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await dispatcher.close();
      worker.stop();
      closeCgroupBase(means.cgroup);
      live.close();
      output.close();
      await store.close();
    },
  };
}
