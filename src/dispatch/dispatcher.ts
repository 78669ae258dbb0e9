import type { SharedCounter } from "./shared-counter.ts";

/**
 * How a ready task reaches a node with a free slot. Admission decides which tasks go and in what order; a dispatcher only
 * decides where. It carries ids: losing it loses nothing, since what is pending is handed over again, and a delivery that
 * comes twice or too late does nothing, since the claim is a compare-and-set in the database.
 */
export type Delivery = {
  taskId: number;
  attempt: number;
  /** The queue it is in. */
  lane: string;
  priority: number;
  /** The only node that may run it; null for any that works for the lane. */
  nodeId: number | null;
};

/** `claimed`: this node runs it. `drop`: it is not to be run any more. `busy`: no slot after all, try again. */
export type DeliveryResult = "claimed" | "drop" | "busy";

/**
 * What every process of the installation is told, this one included. A lost one only costs time: what it says is in the
 * record, and is found there at the next look.
 */
export type Poke =
  | { topic: "kill"; taskId: number }
  /** A task may be ready to go, now or when its time has come, or a slot be free. */
  | { topic: "admission" }
  /** The node came, or what it is to do was changed. */
  | { topic: "node"; nodeId: number }
  /** Queues were made, changed or removed. */
  | { topic: "queues" }
  | { topic: "changed"; taskId: number; kind: "created" | "changed" | "ended" }
  /** Somebody follows its output now: who has it, let others see it as it comes. */
  | { topic: "followed"; taskId: number; attempt: number }
  /** More of its output is where others can read it. */
  | { topic: "output"; taskId: number; attempt: number };

/**
 * What the node that runs an attempt is asked to do to it now. Nothing of it is kept for later: who gets no answer knows
 * that nothing is known to have been done. (A kill is kept: it is an order in the record, and a poke.)
 */
export type Request =
  | { kind: "suspend" | "resume" | "end_input" | "processes" | "usage" }
  | { kind: "signal"; signal: NodeJS.Signals; to: "main" | "all" }
  | { kind: "input"; data: Buffer };
export type AttemptRequest = {
  taskId: number;
  attempt: number;
  by: string;
  /** The node that runs it, where that is known: it alone is asked. */
  nodeId?: number | null;
} & Request;

type RefusalCode =
  | "already_suspended"
  | "not_suspended"
  | "being_ended"
  | "suspend_failed"
  | "signal_not_permitted"
  | "no_input"
  | "input_ended"
  | "input_closed";

/** What the node did. `not_here`: no such attempt runs on it (any more). */
export type Reply =
  | { kind: "done" }
  | { kind: "not_here" }
  | { kind: "refused"; code: RefusalCode; problem?: string }
  | { kind: "accepted"; bytes: number }
  | { kind: "processes"; processes: RunningProcess[] }
  | { kind: "usage"; series: string | null };

export type RunningProcess = {
  pid: number;
  parentPid: number;
  state: string;
  commandLine: string;
  cpuMs: number;
  rssBytes: number;
};

export type Dispatcher = {
  /** Idempotent by task and attempt. Rejects when it cannot be carried now (`problem` says why). */
  add(delivery: Delivery): Promise<void>;
  /** Best effort: the claim decides. */
  remove(delivery: { taskId: number; attempt: number }): Promise<void>;
  /** Begins to deliver to this node what is for its lanes or for it alone, as many at once as it has free slots. */
  process(options: {
    nodeId: number;
    lanes: readonly string[];
    freeSlots: () => number;
    deliver: (delivery: Delivery) => Promise<DeliveryResult>;
  }): Promise<void>;
  /** From now on what is delivered to this node is for these lanes, or for it alone. */
  serve(lanes: readonly string[]): void;
  /** A slot became free: what waits can be delivered. */
  slotFreed(): void;
  /** Tells every process something, this one at once; never rejects. */
  poke(poke: Poke): Promise<void>;
  onPoke(callback: (poke: Poke) => void): void;
  /** Asks the node that runs the attempt. Null: it did not answer in time. */
  ask(request: AttemptRequest): Promise<Reply | null>;
  /** Answers requests for attempts of this node. */
  onAsk(answer: (request: AttemptRequest) => Promise<Reply>): void;
  /** Why nothing can be carried to the nodes now, as a sentence to show; null when all is well. */
  problem(): string | null;
  /** Calls back when it can carry again after a problem: what was told or handed in between may be lost. */
  onRecovered(callback: () => void): void;
  /** Counts over all processes; null where this is the only one. */
  counter: SharedCounter | null;
  close(): Promise<void>;
};
