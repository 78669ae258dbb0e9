import { formatCount } from "./ui/sizes.ts";

/** The words of what is done to many tasks at once. */
const tasksOf = (count: number) => (count === 1 ? "1 task" : `${formatCount(count)} tasks`);

export const selectionText = {
  tasksOf,
  bar: "What to do with the selected tasks",
  count: (count: number) => `${formatCount(count)} selected`,
  most: (most: number) => `${formatCount(most)} selected, the most at once`,
  everything: (count: number) => `Select all ${formatCount(count)}`,
  everythingMost: (most: number) => `Select the latest ${formatCount(most)}`,
  loading: "Selecting…",
  clear: "Clear",
  clearKey: "Clear the selection (key: Esc)",
  actions: { kill: "Kill", rerun: "Rerun", suspend: "Suspend", resume: "Resume" },
  onCount: (action: string, able: number, all: number) =>
    able === all || able === 0 ? action : `${action} ${formatCount(able)}`,
  noneCan: {
    kill: "None of them can be killed: all are over, or not yours.",
    rerun: "None of them can be rerun.",
    suspend: "None of them runs, or they are suspended already.",
    resume: "None of them is suspended.",
  },
  bulk: {
    title: {
      kill: (count: number) => `Kill ${tasksOf(count)}?`,
      rerun: (count: number) => `Rerun ${tasksOf(count)}?`,
      suspend: (count: number) => `Suspend ${tasksOf(count)}?`,
      resume: (count: number) => `Resume ${tasksOf(count)}?`,
    },
    explain: {
      kill: "All their processes get SIGTERM; what is left after each task's grace period gets SIGKILL. What waits will not start.",
      rerun: "Each is submitted once more as a new task of yours, with everything the first one was given.",
      suspend: "All their processes stop until they are resumed.",
      resume: "All their processes go on.",
    },
    leftOut: (count: number) =>
      count === 1
        ? "1 more is selected and left as it is."
        : `${formatCount(count)} more are selected and left as they are.`,
    more: (count: number) => `and ${formatCount(count)} more`,
    done: {
      kill: (count: number) => `${tasksOf(count)} ${count === 1 ? "is" : "are"} being killed.`,
      rerun: (count: number) => `${tasksOf(count)} submitted once more.`,
      suspend: (count: number) => `${tasksOf(count)} suspended.`,
      resume: (count: number) => `${tasksOf(count)} resumed.`,
    },
    failedTitle: (failed: number, all: number) => `${formatCount(failed)} of ${tasksOf(all)} refused`,
    failed: "Nothing was done to these:",
  },
};
