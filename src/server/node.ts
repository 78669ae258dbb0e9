import { homedir, hostname, userInfo } from "node:os";
import type { Config } from "../config/load.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import { ProgressWatch } from "../output/progress-watch.ts";
import type { Store } from "../store/store.ts";
import { closeCgroupBase } from "../supervise/cgroup/base.ts";
import { findShell } from "../supervise/launcher/shell.ts";
import type { Surroundings } from "../worker/order.ts";
import { Worker } from "../worker/worker.ts";
import type { WorkerOptions } from "../worker/worker-options.ts";
import { type DataDirectory, findRunAs } from "./data-directory.ts";
import { readVersion } from "./installation.ts";
import type { InstallationClock } from "./installation-clock.ts";
import { findMeans, type Means } from "./means.ts";
import type { Outputs } from "./outputs.ts";

/** What runs attempts on this machine: in `utm serve` beside the API, in `utm worker` alone. */
export type Node = {
  worker: Worker;
  means: Means;
  /** What tasks find around them here. */
  surroundings: Surroundings;
  /** Stops without touching what runs. */
  stop(): void;
};

export type NodeParts = {
  config: Config;
  directory: DataDirectory;
  store: Store;
  outputs: Outputs;
  dispatcher: Dispatcher;
  log: Log;
  clock: InstallationClock;
} & Pick<WorkerOptions, "onChange" | "onRetry">;

/** Finds out what this machine can do for tasks, and makes the worker. It takes nothing before its `start`. */
export async function createNode(parts: NodeParts): Promise<Node> {
  const { config, directory, store, outputs, dispatcher, log, clock, onChange, onRetry } = parts;
  const output = outputs.written;
  const runAs = findRunAs(config.runAs);
  const shell = findShell(process.env.PATH ?? "");
  await assertLanesExist(config, store);
  const means = await findMeans(config, directory, shell, runAs);
  const surroundings: Surroundings = {
    nodeName: config.nodeName,
    home: runAs?.home ?? homedir(),
    userName: runAs?.name ?? ownUserName(),
    isOtherUser: runAs !== null,
    server: process.env,
  };
  const worker = new Worker({
    ...{ store, output, dispatcher, log, shell, runAs, onChange, onRetry },
    shipping: outputs.shipping,
    clock: clock.now,
    fromLocalTime: clock.fromLocal,
    node: {
      ...{ key: directory.nodeKey, name: config.nodeName, host: hostname(), version: readVersion() },
      ...{ slots: config.slots, labels: config.labels, lanes: config.lanes },
    },
    isAlone: config.redisUrl === null,
    leaseMs: config.leaseSeconds * 1000,
    outputCapBytes: config.outputCapBytes,
    cgroup: means.cgroup,
    sandbox: means.sandbox,
    leftovers: config.leftovers,
    progress: new ProgressWatch({
      output,
      onError: (error, { taskId, attempt }) => log.error({ err: error, taskId, attempt }, "progress not looked at"),
    }),
    directory: directory.node,
    surroundings,
  });
  return {
    worker,
    means,
    surroundings,
    stop() {
      worker.stop();
      closeCgroupBase(means.cgroup);
    },
  };
}

/** Null for a number without an entry, as containers have. */
function ownUserName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** A queue this node is to work for that does not exist is a mistake in the configuration, told at once. */
async function assertLanesExist(config: Config, store: Store): Promise<void> {
  const names = (await store.queues.list()).map((queue) => queue.name);
  const unknown = (config.lanes ?? []).filter((lane) => !names.includes(lane));
  if (unknown.length > 0) {
    throw new Error(
      `UTM_LANES names ${unknown.join(", ")}, and there is no such queue. There is: ${names.join(", ")}. "utm queues create" makes one.`,
    );
  }
}
