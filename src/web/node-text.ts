import type { NodeState } from "../contract/index.ts";
import { formatCount } from "./ui/sizes.ts";

/** The words about nodes. Apart from text.ts, for the first load's sake. */
const states: Record<NodeState, string> = {
  alive: "alive",
  draining: "draining",
  stopping: "stopping",
  silent: "silent",
};

const stateMeanings: Record<NodeState, string> = {
  alive: "Takes tasks",
  draining: "Takes no more tasks until it is resumed; what runs goes on",
  stopping: "Takes no more tasks and ends once nothing runs there",
  silent: "Has given no sign for longer than its lease",
};

export const nodeText = {
  states,
  stateMeanings,
  alsoDraining: "draining",
  title: "Nodes and queues",
  nodes: "Nodes",
  context: (count: number, running: number, slots: number) =>
    `${count === 1 ? "1 node" : `${formatCount(count)} nodes`} · ${formatCount(running)} of ${formatCount(slots)} slots in use`,
  none: "No node has been seen yet. One is there as soon as a server or a worker has started.",
  columns: {
    name: "Name",
    state: "State",
    slots: "Slots",
    runs: "Runs",
    labels: "Labels",
    queues: "Queues",
    version: "Version",
    seen: "Seen",
    actions: "Actions",
  },
  slotsUsed: (running: number, slots: number) => `${running} of ${slots}`,
  slotsOf: (name: string) => `Slots in use on ${name}`,
  allQueues: "all",
  more: (count: number) => `and ${formatCount(count)} more`,
  others: (count: number) => `${formatCount(count)} of others`,
  drain: "Drain",
  resume: "Resume",
  forget: "Forget",
  act: (what: string, name: string) => `${what} ${name}`,
  drained: (name: string) => `${name} takes no more tasks.`,
  resumed: (name: string) => `${name} takes tasks again.`,
  drainTitle: (name: string) => `Drain ${name}?`,
  drainExplain: (running: number) =>
    running === 0
      ? "It takes no more tasks until it is resumed, also after a restart. Nothing runs there now."
      : `It takes no more tasks until it is resumed, also after a restart. What runs there goes on: ${tasks(running)}.`,
  forgetTitle: (name: string) => `Forget ${name}?`,
  forgetExplain: (running: number) =>
    running === 0
      ? "It leaves this list. When the machine comes back, it is there again."
      : `It leaves this list, and ${tasks(running)} that ran there will be lost: failed, or run again where the retry says so. When the machine comes back, it is there again.`,
};

function tasks(count: number): string {
  return count === 1 ? "1 task" : `${formatCount(count)} tasks`;
}
