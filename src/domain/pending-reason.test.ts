import { expect, test } from "vitest";
import { type KnownNode, type PendingFacts, pendingReason } from "./pending-reason.ts";

const node = (name: string, given: Partial<KnownNode> = {}): KnownNode => ({
  ...{ id: 1, name, labels: [], lanes: null, isAlive: true, isDraining: false, slots: 2, taken: 0 },
  ...given,
});
const facts: PendingFacts = {
  now: 1000,
  lastAttempt: null,
  notBefore: null,
  isDraining: false,
  problem: null,
  queue: "default",
  isQueuePaused: false,
  queueSlots: null,
  runningInQueue: 0,
  placement: null,
  nodes: [node("a")],
  ahead: null,
};
const on = (name: string | null, ...labels: string[]) => ({ node: name, labels });
const gpu = { labels: ["gpu"] };

test.each<[string, Partial<PendingFacts>]>([
  ["It is about to start.", {}],
  ["Starts at 1970-01-01T00:00:02.000Z.", { notBefore: 2000, isDraining: true }],
  [
    "Attempt 1 of 3: Exited. The next starts at 1970-01-01T00:00:02.000Z.",
    { notBefore: 2000, lastAttempt: { number: 1, of: 3, how: "Exited." } },
  ],
  ["The server is about to stop: it waits for what runs, and starts nothing new.", { isDraining: true }],
  ["The queue default is paused.", { isQueuePaused: true }],
  ["Redis does not answer.", { problem: "Redis does not answer." }],
  ["No node is alive to run it.", { nodes: [] }],
  ["No node is alive to run it.", { nodes: [node("a", { isAlive: false })] }],
  ["No node works for the queue default.", { nodes: [node("a", { lanes: ["slow"] })] }],
  ["Every node that works for the queue default is draining.", { nodes: [node("a", { isDraining: true })] }],
  ["No living node has a slot to run it.", { nodes: [node("a", { slots: 0 })] }],
  ["All 2 slots are in use. 3 ahead of it.", { nodes: [node("a", { taken: 2 })], ahead: 3 }],
  ["All 4 slots are in use.", { nodes: [node("a", { taken: 2 }), node("b", { taken: 3 })] }],
  [
    "All slots of the nodes that can run it are in use. It is next.",
    { nodes: [node("a", { taken: 2 }), node("b", { lanes: ["slow"] })], ahead: 0 },
  ],
  ["The queue default has all its 1 slots in use.", { queueSlots: 1, runningInQueue: 1 }],
  ["No living node has the label gpu.", { placement: on(null, "gpu") }],
  ["No living node has the labels big, gpu.", { placement: on(null, "big", "gpu"), nodes: [node("a", gpu)] }],
  [
    "No living node has the label gpu.",
    { placement: on(null, "gpu"), nodes: [node("a"), node("b", { ...gpu, isAlive: false })] },
  ],
  [
    "No living node with the label gpu works for the queue default.",
    { placement: on(null, "gpu"), nodes: [node("a"), node("b", { ...gpu, lanes: ["slow"] })] },
  ],
  [
    "Every node with the label gpu that works for the queue default is draining.",
    { placement: on(null, "gpu"), nodes: [node("a"), node("b", { ...gpu, isDraining: true })] },
  ],
  [
    "All slots of the nodes that can run it are in use.",
    { placement: on(null, "gpu"), nodes: [node("a"), node("b", { ...gpu, taken: 2 })] },
  ],
  ["It is about to start.", { placement: on("b"), nodes: [node("a"), node("b")] }],
  ["Node b, which it asks for, does not exist.", { placement: on("b") }],
  ["Node a, which it asks for, is not alive.", { placement: on("a"), nodes: [node("a", { isAlive: false })] }],
  ["Node a, which it asks for, is draining.", { placement: on("a"), nodes: [node("a", { isDraining: true })] }],
  ["Node a, which it asks for, works for other queues.", { placement: on("a"), nodes: [node("a", { lanes: ["x"] })] }],
  ["Node a, which it asks for, does not have the label gpu.", { placement: on("a", "gpu") }],
  ["Node a, which it asks for, has no slots.", { placement: on("a"), nodes: [node("a", { slots: 0 })] }],
  // A machine that was set up anew has the name of one that is gone.
  ["It is about to start.", { placement: on("a"), nodes: [node("a", { isAlive: false }), node("a")] }],
])("%s", (sentence, given) => {
  expect(pendingReason({ ...facts, ...given })).toBe(sentence);
});
