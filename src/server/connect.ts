import type { Config } from "../config/load.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { createEmbeddedDispatcher } from "../dispatch/embedded/embedded-dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import { createSharedClock, type InstallationClock, ownClock } from "./installation-clock.ts";

/**
 * How tasks reach nodes: within this process, or by Redis where there are several. Throws DispatcherRefused, with a
 * sentence, when that Redis cannot be worked with.
 */
export async function createDispatcher(config: Config, store: Store, log: Log): Promise<Dispatcher> {
  if (config.redisUrl === null) {
    return createEmbeddedDispatcher();
  }
  // Only here: loading it takes a sixth of a second, which one machine alone is spared.
  const { createBullmqDispatcher } = await import("../dispatch/bullmq/bullmq-dispatcher.ts");
  return createBullmqDispatcher({ redisUrl: config.redisUrl, installation: store.installationId, log });
}

/** The time this process goes by. */
export function createClock(config: Config, store: Store, log: Log): Promise<InstallationClock> | InstallationClock {
  return isShared(config) ? createSharedClock(store, log) : ownClock();
}

/** Whether other processes may work on the same record. */
function isShared(config: Config): boolean {
  return !config.databaseUrl.startsWith("sqlite:");
}
