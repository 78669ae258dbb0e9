import type { Config } from "../config/load.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { createEmbeddedDispatcher } from "../dispatch/embedded/embedded-dispatcher.ts";
import type { Log } from "../log/log.ts";
import { createFileOutput } from "../output/file/store.ts";
import type { OutputStore } from "../output/output.ts";
import type { Store } from "../store/store.ts";
import type { DataDirectory } from "./data-directory.ts";

/** How tasks reach nodes: within this process, or by Redis where there are several. */
export async function createDispatcher(_config: Config, _store: Store, _log: Log): Promise<Dispatcher> {
  return createEmbeddedDispatcher();
}

/** Where output is kept. */
export function createOutput(_config: Config, directory: DataDirectory): OutputStore {
  return createFileOutput({ directory: directory.output });
}
