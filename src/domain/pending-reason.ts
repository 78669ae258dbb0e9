import { anywhere, fits, type Place, type Placement, worksFor } from "./placement.ts";

/** Why a task has not started yet, in a sentence. What is known decides how much it says. */
export type PendingFacts = {
  now: number;
  /** How its last attempt ended; null when there was none. */
  lastAttempt: { number: number; of: number; how: string | null } | null;
  notBefore: number | null;
  /** The server is about to stop and starts nothing new. */
  isDraining: boolean;
  /** Why nothing can be carried to the nodes, as a sentence; null when all is well. */
  problem: string | null;
  queue: string;
  isQueuePaused: boolean;
  /** Slots of the queue itself; null when it has no limit of its own. */
  queueSlots: number | null;
  runningInQueue: number;
  placement: Placement | null;
  nodes: readonly KnownNode[];
  /** Tasks that go first; null when nobody counted. */
  ahead: number | null;
};

export type KnownNode = Place & {
  isAlive: boolean;
  /** Takes nothing new: it was told so, or is about to stop. */
  isDraining: boolean;
  slots: number;
  /** What runs on it, and what is on its way to it. */
  taken: number;
};

export function pendingReason(facts: PendingFacts): string {
  const { lastAttempt } = facts;
  const isAboutToStart = "It is about to start.";
  if (lastAttempt === null) {
    return whyWaiting(facts) ?? isAboutToStart;
  }
  const before = `Attempt ${lastAttempt.number} of ${lastAttempt.of}: ${lastAttempt.how ?? "ended."}`;
  return `${before} ${whyWaiting(facts, "The next starts") ?? isAboutToStart}`;
}

/** Living nodes that take such a task, whether they have a free slot now or not. */
export function takersOf({
  nodes,
  queue,
  placement,
}: Pick<PendingFacts, "nodes" | "queue" | "placement">): KnownNode[] {
  return nodes.filter(
    (node) =>
      node.isAlive && !node.isDraining && node.slots > 0 && worksFor(node, queue) && fits(node, placement ?? anywhere),
  );
}

/** Null when nothing keeps it from starting. */
export function whyWaiting(facts: PendingFacts, starts = "Starts"): string | null {
  if (facts.notBefore !== null && facts.notBefore > facts.now) {
    return `${starts} at ${new Date(facts.notBefore).toISOString()}.`;
  }
  if (facts.isDraining) {
    return "The server is about to stop: it waits for what runs, and starts nothing new.";
  }
  if (facts.isQueuePaused) {
    return `The queue ${facts.queue} is paused.`;
  }
  if (facts.problem !== null) {
    return facts.problem;
  }
  const takers = takersOf(facts);
  if (takers.length === 0) {
    const placement = facts.placement ?? anywhere;
    return placement.node === null ? whyNobody(facts, placement.labels) : whyNotThere(facts, placement.node, placement);
  }
  const position = facts.ahead === null ? "" : facts.ahead === 0 ? " It is next." : ` ${facts.ahead} ahead of it.`;
  if (facts.queueSlots !== null && facts.runningInQueue >= facts.queueSlots) {
    return `The queue ${facts.queue} has all its ${facts.queueSlots} slots in use.${position}`;
  }
  if (takers.every((node) => node.taken >= node.slots)) {
    return `${allInUse(facts, takers)}${position}`;
  }
  return null;
}

function whyNobody(facts: PendingFacts, labels: readonly string[]): string {
  const alive = facts.nodes.filter((node) => node.isAlive);
  if (alive.length === 0) {
    return "No node is alive to run it.";
  }
  const named = labels.length === 0 ? "" : ` the label${labels.length === 1 ? "" : "s"} ${labels.join(", ")}`;
  const labelled = alive.filter((node) => fits(node, { node: null, labels }));
  if (labelled.length === 0) {
    return `No living node has${named}.`;
  }
  const having = named === "" ? "" : ` with${named}`;
  const serving = labelled.filter((node) => worksFor(node, facts.queue));
  if (serving.length === 0) {
    return named === ""
      ? `No node works for the queue ${facts.queue}.`
      : `No living node${having} works for the queue ${facts.queue}.`;
  }
  return serving.every((node) => node.slots === 0)
    ? `No living node${having} has a slot to run it.`
    : `Every node${having} that works for the queue ${facts.queue} is draining.`;
}

function whyNotThere(facts: PendingFacts, name: string, placement: Placement): string {
  const node = facts.nodes.findLast((known) => known.name === name && known.isAlive);
  const asked = `Node ${name}, which it asks for,`;
  if (node === undefined) {
    return facts.nodes.some((known) => known.name === name) ? `${asked} is not alive.` : `${asked} does not exist.`;
  }
  const missing = placement.labels.filter((label) => !node.labels.includes(label));
  if (missing.length > 0) {
    return `${asked} does not have the label${missing.length === 1 ? "" : "s"} ${missing.join(", ")}.`;
  }
  if (!worksFor(node, facts.queue)) {
    return `${asked} works for other queues.`;
  }
  return node.isDraining ? `${asked} is draining.` : `${asked} has no slots.`;
}

function allInUse(facts: PendingFacts, takers: readonly KnownNode[]): string {
  const alive = facts.nodes.filter((node) => node.isAlive && node.slots > 0);
  const slots = takers.reduce((sum, node) => sum + node.slots, 0);
  return takers.length === alive.length
    ? `All ${slots} slots are in use.`
    : "All slots of the nodes that can run it are in use.";
}
