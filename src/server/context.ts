import type { Config } from "../config/load.ts";
import type { SettingInForce } from "../contract/index.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { OutputStore } from "../output/output.ts";
import type { Admission } from "../services/admission.ts";
import type { Store } from "../store/store.ts";
import type { Surroundings } from "../worker/order.ts";
import type { Live } from "./live/live.ts";

/** What routes and actions work with. Made once in serve.ts. */
export type Context = {
  config: Config;
  /** The same for people, without passwords and with where each came from. */
  settings: readonly SettingInForce[];
  version: string;
  store: Store;
  output: OutputStore;
  admission: Admission;
  dispatcher: Dispatcher;
  live: Live;
  log: Log;
  clock: () => number;
  /** Why tasks cannot have these here, as a sentence; null where they can. */
  missing: () => { sandbox: string | null; pty: string | null; markStderr: string | null };
  /** What tasks find around them on this machine. */
  surroundings: Surroundings;
  /** The node of this process; null before it is registered. */
  ownNodeId: () => number | null;
  /** What keeps the server from working, in sentences; empty when all is well. */
  problems: () => Promise<string[]>;
};
