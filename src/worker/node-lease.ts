import type { NodeRow, NodeSelf, NodeState } from "../store/nodes.ts";
import type { Store } from "../store/store.ts";

/**
 * This node's claim to be alive.
 *
 * The lease is kept in the database and judged there by others, by its clock. Here it is judged by a clock that nobody
 * sets, counted from before the renewal was sent: whatever the way there took, this node takes itself for dead no later
 * than the others do. A node whose lease is over takes no work. When it comes back its attempts may have been given up
 * meanwhile: `onRegained` is called, and has to be through, before the lease counts as valid again.
 *
 * Each renewal answers what the node is to do, so an order to drain reaches it whichever server it was given to.
 */
export type NodeLeaseOptions = {
  store: Store;
  self: NodeSelf;
  leaseMs: number;
  /** No other node can be at work. */
  isAlone: boolean;
  onRegained: (node: NodeRow) => Promise<void>;
};

export class NodeLease {
  readonly #options: NodeLeaseOptions;
  #node: NodeRow | null = null;
  #validUntil = Number.NEGATIVE_INFINITY;
  #state: NodeState = "active";

  constructor(options: NodeLeaseOptions) {
    this.#options = options;
  }

  /** Null before it was registered. */
  get node(): NodeRow | null {
    return this.#node;
  }

  /** Alive, and not told to drain. */
  get takesWork(): boolean {
    return this.#state === "active" && performance.now() < this.#validUntil;
  }

  /** Throws when another living node has the name; the message is for people. */
  async register(): Promise<NodeRow> {
    const { store, self, leaseMs, isAlone } = this.#options;
    const sentAt = performance.now();
    const answer = await store.nodes.register({ ...self, leaseMs, isAlone });
    if (answer.kind === "name_taken") {
      const seconds = Math.ceil(answer.aliveForMs / 1000);
      throw new Error(
        `A node named ${self.name} is alive already${answer.host === "" ? "" : ` (on ${answer.host})`}. Give this one another name with UTM_NODE_NAME, or try again in ${seconds} s if that one is gone.`,
      );
    }
    this.#node = answer.node;
    this.#state = answer.node.state;
    this.#validUntil = sentAt + leaseMs;
    return answer.node;
  }

  /** Renews it. Answers whether the node takes work now and did not before. */
  async renew(): Promise<boolean> {
    const { store, leaseMs, onRegained } = this.#options;
    const node = this.#node;
    if (node === null) {
      return false;
    }
    const tookWork = this.takesWork;
    const sentAt = performance.now();
    const hadLapsed = sentAt >= this.#validUntil;
    const state = await store.nodes.heartbeat({ id: node.id, leaseMs });
    if (state === false) {
      this.#validUntil = Number.NEGATIVE_INFINITY;
      await this.#comeBack();
    } else {
      if (hadLapsed) {
        await onRegained(node);
      }
      this.#state = state;
      this.#validUntil = sentAt + leaseMs;
    }
    return this.takesWork && !tookWork;
  }

  /** It was forgotten while it was silent. */
  async #comeBack(): Promise<void> {
    const { store, self, leaseMs, isAlone, onRegained } = this.#options;
    const sentAt = performance.now();
    const answer = await store.nodes.register({ ...self, leaseMs, isAlone });
    if (answer.kind === "name_taken") {
      throw new Error(`This node was forgotten, and another one is alive with its name ${self.name} now.`);
    }
    await onRegained(answer.node);
    this.#node = answer.node;
    this.#state = answer.node.state;
    this.#validUntil = sentAt + leaseMs;
  }

  /** Says that the process waits for what runs and then ends; it takes nothing more. */
  async announceStop(): Promise<void> {
    const node = this.#node;
    if (node !== null && this.#state === "active") {
      this.#state = "stopping";
      await this.#options.store.nodes.setState({ id: node.id, state: "stopping" });
    }
  }
}
