import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Log } from "../log/log.ts";
import type { OutputStore } from "../output/output.ts";
import type { ProgressWatch } from "../output/progress-watch.ts";
import type { NodeSelf } from "../store/nodes.ts";
import type { Store } from "../store/store.ts";
import type { CgroupBase } from "../supervise/cgroup/base.ts";
import type { Sandbox } from "../supervise/launcher/sandbox.ts";
import type { Shell } from "../supervise/launcher/shell.ts";
import type { RunAs } from "../supervise/order.ts";
import type { Surroundings } from "./order.ts";
import type { OutputShipping } from "./shipping/output-shipping.ts";

/** What a worker is put together from. */
export type WorkerOptions = {
  store: Store;
  output: OutputStore;
  /** Null: outputs stay where the processes write them. */
  shipping: OutputShipping | null;
  progress: ProgressWatch;
  dispatcher: Dispatcher;
  log: Log;
  clock: () => number;
  /** What a time told by this machine's clock is by `clock`. */
  fromLocalTime: (localMs: number) => number;
  node: NodeSelf;
  /** No other node can be at work in the installation. */
  isAlone: boolean;
  leaseMs: number;
  outputCapBytes: number;
  shell: Shell;
  runAs: RunAs | null;
  cgroup: CgroupBase | null;
  sandbox: Sandbox | null;
  leftovers: "end" | "report";
  /** The node's own directory: journals and FIFOs. */
  directory: string;
  surroundings: Surroundings;
  /** Something about a task changed in the record. */
  onChange(change: { taskId: number; kind: "changed" | "ended" }): void;
  /** A task waits until then for its next attempt. */
  onRetry(at: number): void;
};
