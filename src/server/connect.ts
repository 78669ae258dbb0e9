import type { Config } from "../config/load.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { createEmbeddedDispatcher } from "../dispatch/embedded/embedded-dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import { createSharedClock, type InstallationClock, ownClock } from "./installation-clock.ts";

/** How tasks reach nodes: within this process, or by Redis where there are several. */
export async function createDispatcher(_config: Config, _store: Store, _log: Log): Promise<Dispatcher> {
  return createEmbeddedDispatcher();
}

/** The time this process goes by. */
export function createClock(config: Config, store: Store, log: Log): Promise<InstallationClock> | InstallationClock {
  return isShared(config) ? createSharedClock(store, log) : ownClock();
}

/** Whether other processes may work on the same record. */
function isShared(config: Config): boolean {
  return !config.databaseUrl.startsWith("sqlite:");
}
