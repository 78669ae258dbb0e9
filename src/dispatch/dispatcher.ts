/**
 * How a ready task reaches a node with a free slot. Admission decides which tasks go and in what order; a dispatcher only
 * decides where. It carries ids: losing it loses nothing, since what is pending is handed over again, and a delivery that
 * comes twice or too late does nothing, since the claim is a compare-and-set in the database.
 */
export type Delivery = { taskId: number; attempt: number; lane: string; priority: number };

/** `claimed`: this node runs it. `drop`: it is not to be run any more. `busy`: no slot after all, try again. */
export type DeliveryResult = "claimed" | "drop" | "busy";

export type PokeTopic = "kill";
export type Poke = { topic: PokeTopic; taskId: number };

export type Dispatcher = {
  /** Idempotent by task and attempt. */
  add(delivery: Delivery): Promise<void>;
  /** Best effort: the claim decides. */
  remove(delivery: { taskId: number; attempt: number }): Promise<void>;
  /** Begins to deliver to this node, as many at once as it has free slots. */
  process(options: {
    freeSlots: () => number;
    deliver: (delivery: Delivery) => Promise<DeliveryResult>;
  }): Promise<void>;
  /** A slot became free: what waits can be delivered. */
  slotFreed(): void;
  /** Tells every node something; a lost poke costs one heartbeat. */
  poke(poke: Poke): Promise<void>;
  onPoke(callback: (poke: Poke) => void): void;
  close(): Promise<void>;
};
