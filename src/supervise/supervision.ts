import type { CgroupBase } from "./cgroup/base.ts";
import type { AttemptEnding } from "./ending.ts";
import type { Sandbox } from "./launcher/sandbox.ts";
import type { Shell } from "./launcher/shell.ts";
import type { RunAs } from "./order.ts";
import type { TerminationStep } from "./processes/termination-step.ts";
import type { TreeMethod } from "./processes/tree.ts";
import type { Tracked } from "./tracked.ts";

export type SupervisorOptions = {
  /** The node's own directory, mode 0700; its real path, without symbolic links. */
  directory: string;
  shell: Shell;
  runAs: RunAs | null;
  /** How `sandbox: "strict"` is done here (probes/sandbox.ts); null where it cannot be: such attempts are refused. */
  sandbox?: Sandbox | null;
  /** Search path of the launcher itself; attempts get theirs from their order. */
  searchPath: string;
  /** Where attempts get control groups (cgroup/base.ts); without it they run without. */
  cgroup?: CgroupBase | null;
  /** What happens to processes an attempt left behind when it ended by itself; ended unless said otherwise. */
  leftovers?: "end" | "report";
  onStarted(attempt: StartedAttempt): void;
  onEnded(ending: AttemptEnding): void;
  /** The shim of a running attempt was killed: how it will end cannot be known. */
  onOrphaned(attempt: { key: string }): void;
  /** A step of ending an attempt's processes, as it happens. */
  onStep?(attempt: { key: string; step: TerminationStep }): void;
  /** Something that should not happen happened, and was dealt with. */
  onWarning(message: string, fields: Record<string, unknown>): void;
};

export type StartedAttempt = {
  key: string;
  pid: number;
  startedAtMs: number;
  /** Start in clock ticks of the machine's uptime; see `runMs` in machine.ts. */
  startTicks: string;
  /** How its processes are known; null for one of before the machine's restart. */
  method: TreeMethod | null;
  /** Directory of its control group; null when it runs without. */
  cgroupPath: string | null;
  /** Whether its own group holds a limit that was ordered; false for one that was not, and without a group. */
  kernelKeeps: { memory: boolean; processes: boolean };
  /** It ran already in an earlier life of this server and was adopted; false for one this life started, also if again. */
  isOfEarlierLife: boolean;
};

/** What the parts of one supervisor share. */
export type Supervision = {
  readonly options: SupervisorOptions;
  /** This life of the machine; see machine.ts. */
  readonly incarnation: string;
  readonly tracked: Map<string, Tracked>;
  isClosed: boolean;
};
