/** Why a task has not started yet, in a sentence. What is known decides how much it says. */
export type PendingFacts = {
  now: number;
  /** How its last attempt ended; null when there was none. */
  lastAttempt: { number: number; of: number; how: string | null } | null;
  notBefore: number | null;
  /** The server is about to stop and starts nothing new. */
  isDraining: boolean;
  queue: string;
  isQueuePaused: boolean;
  /** A living node works for the queue. */
  isQueueServed: boolean;
  /** Slots of the queue itself; null when it has no limit of its own. */
  queueSlots: number | null;
  runningInQueue: number;
  /** Slots of all living nodes together. */
  slots: number;
  running: number;
  /** Tasks that go first; null when nobody counted. */
  ahead: number | null;
};

export function pendingReason(facts: PendingFacts): string {
  const { lastAttempt } = facts;
  if (lastAttempt === null) {
    return whyWaiting(facts, "Starts");
  }
  const before = `Attempt ${lastAttempt.number} of ${lastAttempt.of}: ${lastAttempt.how ?? "ended."}`;
  return `${before} ${whyWaiting(facts, "The next starts")}`;
}

function whyWaiting(facts: PendingFacts, starts: string): string {
  if (facts.notBefore !== null && facts.notBefore > facts.now) {
    return `${starts} at ${new Date(facts.notBefore).toISOString()}.`;
  }
  if (facts.isDraining) {
    return "The server is about to stop: it waits for what runs, and starts nothing new.";
  }
  if (facts.isQueuePaused) {
    return `The queue ${facts.queue} is paused.`;
  }
  if (!facts.isQueueServed) {
    return `No node works for the queue ${facts.queue}.`;
  }
  if (facts.slots === 0) {
    return "No node is alive to run it.";
  }
  const position = facts.ahead === null ? "" : facts.ahead === 0 ? " It is next." : ` ${facts.ahead} ahead of it.`;
  if (facts.queueSlots !== null && facts.runningInQueue >= facts.queueSlots) {
    return `The queue ${facts.queue} has all its ${facts.queueSlots} slots in use.${position}`;
  }
  if (facts.running >= facts.slots) {
    return `All ${facts.slots} slots are in use.${position}`;
  }
  return "It is about to start.";
}
