/** Nodes, and which server decides for all of them. Times and leases are judged by the database's clock. */

/** `stopping`: its process waits for what runs, then ends; its next start makes it active. `draining` stays until resumed. */
export type NodeState = "active" | "draining" | "stopping";

export type NodeRow = {
  id: number;
  /** Identity that stays with the node's data directory, whatever it is called. */
  key: string;
  name: string;
  /** The machine's own name. */
  host: string;
  slots: number;
  labels: string[];
  /** Queues it works for; null for all. */
  lanes: string[] | null;
  state: NodeState;
  version: string;
  registeredAt: number;
  seenAt: number;
  /** How much longer its lease holds; 0 or less when it is over. */
  aliveForMs: number;
  /** Time since its last sign. */
  silentForMs: number;
};

/** What a node says of itself. */
export type NodeSelf = Pick<NodeRow, "key" | "name" | "host" | "slots" | "labels" | "lanes" | "version">;

export type Nodes = {
  /**
   * Adds the node or, known by its key, renews what is said of it, from now on for the length of the lease.
   * `name_taken`: a node with another key has the name and is alive. Where this one is alone, every other is an earlier
   * life of it whose key was lost: their leases end.
   */
  register(
    node: NodeSelf & { leaseMs: number; isAlone?: boolean },
  ): Promise<{ kind: "registered"; node: NodeRow } | { kind: "name_taken"; host: string; aliveForMs: number }>;
  /** Renews the lease. Answers what the node is to do; false when it is unknown or was forgotten. */
  heartbeat(node: { id: number; leaseMs: number }): Promise<NodeState | false>;
  find(by: { id: number }): Promise<NodeRow | null>;
  list(): Promise<NodeRow[]>;
  /** False when there is no such node. */
  setState(node: { id: number; state: NodeState }): Promise<boolean>;
  /** Takes a node out of the list; known by its key, it may register again. False when it is alive or there is none. */
  forget(node: { id: number }): Promise<boolean>;
};

/** Proof of having taken a lock: nobody else had it since the term began. */
export type HeldLock = { holder: string; term: number };

/** Who may do, alone in the installation, what is done in one place at a time. */
export type Locks = {
  /**
   * Takes the lock, or renews it with the term it has when the holder is the same. By force, it is taken whoever holds it.
   * Null while somebody else holds it.
   */
  take(lock: { name: LockName; holder: string; leaseMs: number; isForced?: boolean }): Promise<HeldLock | null>;
  release(lock: { name: LockName } & HeldLock): Promise<void>;
};

export type LockName = "admission";

/** Where a task may run: on the node of this name, and where all the labels are. */
export type Placement = { node: string | null; labels: string[] };
