import { mostQueueSlots } from "../contract/index.ts";
import { formatCount } from "./ui/sizes.ts";

/** The words about queues. Apart from text.ts, for the first load's sake. */
export const queueText = {
  title: "Queues",
  about: "A task waits in the queue it names, or in default. Slots bound how many of a queue’s tasks run at once.",
  states: { open: "open", paused: "paused" },
  stateMeanings: {
    open: "Its tasks start as soon as there is room",
    paused: "None of its tasks start until it is resumed; what runs goes on",
  },
  columns: {
    name: "Name",
    state: "State",
    slots: "Slots",
    running: "Running",
    waiting: "Waiting",
    nodes: "Nodes",
    actions: "Actions",
  },
  tasksOf: (name: string) => `Tasks of ${name} that are not over`,
  slotsUsed: (running: number, slots: number) => `${formatCount(running)} of ${formatCount(slots)}`,
  slotsOf: (name: string) => `Slots in use in ${name}`,
  noLimit: "no limit",
  oldest: "oldest",
  delayed: (count: number) => `${formatCount(count)} delayed`,
  moreNodes: (count: number) => `and ${formatCount(count)} more`,
  noNode: "none works for it",
  make: "New queue",
  pause: "Pause",
  resume: "Resume",
  slots: "Set slots",
  remove: "Remove",
  paused: (name: string) => `${name} is paused. What runs goes on.`,
  resumed: (name: string) => `${name} lets its tasks start again.`,
  cannotRemoveDefault: "Tasks that name no queue are put here, so it stays. It can be paused.",
  cannotRemoveUsed: (count: number) =>
    count === 1
      ? "1 task in it is not over. It can be removed once that is."
      : `${formatCount(count)} tasks in it are not over. It can be removed once they are.`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeExplain:
    "No task waits or runs in it. What is over keeps its name, and no task can be submitted to it any more.",
  form: {
    newTitle: "New queue",
    slotsTitle: (name: string) => `Slots of ${name}`,
    name: "Name",
    nameHint: "Letters, digits, dots, underscores and dashes",
    slots: "Slots",
    slotsHint: "How many of its tasks may run at once; empty for no limit",
    goesOn: (running: number) =>
      running === 1
        ? "1 task runs now, and goes on whatever you set."
        : `${formatCount(running)} tasks run now, and go on whatever you set.`,
    notSlots: `Give a whole number from 1 to ${formatCount(mostQueueSlots)}, or leave it empty for no limit.`,
    make: "Make it",
    save: "Save",
  },
};
