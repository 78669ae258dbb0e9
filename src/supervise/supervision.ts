import type { AttemptEnding } from "./ending.ts";
import type { Shell } from "./launcher/shell.ts";
import type { RunAs } from "./order.ts";
import type { Tracked } from "./tracked.ts";

export type SupervisorOptions = {
  /** The node's own directory, mode 0700; its real path, without symbolic links. */
  directory: string;
  shell: Shell;
  runAs: RunAs | null;
  /** Search path of the launcher itself; attempts get theirs from their order. */
  searchPath: string;
  onStarted(attempt: { key: string; pid: number; startedAtMs: number }): void;
  onEnded(ending: AttemptEnding): void;
  /** The shim of a running attempt was killed: how it will end cannot be known. */
  onOrphaned(attempt: { key: string }): void;
  /** Something that should not happen happened, and was dealt with. */
  onWarning(message: string, fields: Record<string, unknown>): void;
};

/** What the parts of one supervisor share. */
export type Supervision = {
  readonly options: SupervisorOptions;
  /** This life of the machine; see machine.ts. */
  readonly incarnation: string;
  readonly tracked: Map<string, Tracked>;
  isClosed: boolean;
};
