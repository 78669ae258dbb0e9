import type { Outcome, StatisticsSpan } from "../contract/index.ts";
import { formatCount } from "./ui/sizes.ts";

/** The words of the dashboard. Apart from text.ts, for the first load's sake. */
const outcomes: Record<Outcome, string> = {
  exited: "exit code",
  signalled: "signal",
  timed_out: "timed out",
  killed: "killed",
  spawn_failed: "not started",
  dependency_failed: "not run",
  lost: "lost",
  unknown: "ended unseen",
};

const spans: Record<StatisticsSpan, string> = { hour: "1 hour", day: "1 day", week: "1 week" };

export const dashboardText = {
  slots: (used: number, slots: number) => `${formatCount(used)} of ${formatCount(slots)}`,
  asOf: "The server does not answer; these figures are of",
  figures: {
    label: "Now and today",
    running: "running now",
    pending: "waiting",
    slots: "slots in use",
    completed: "completed today",
    failed: "failed today",
    killed: "killed today",
  },
  ended: {
    title: "What ended",
    span: "How far back",
    spans,
    chart: "What ended, and how long it ran, part by part",
    hint: "Arrow keys go from part to part, Enter shows its tasks.",
    durations: "How long it ran",
    half: "half of the tasks at most",
    most: "95 of 100 at most",
    nothing: "Nothing ended in this time.",
    neverStarted: "None of them had started.",
    count: (count: number, status: string) => `${formatCount(count)} ${status}`,
    outcome: (count: number, outcome: Outcome) => `${formatCount(count)} ${outcomes[outcome]}`,
    ran: (half: string, most: string) => `half ran ${half} at most, 95 of 100 ${most}`,
  },
  waiting: {
    title: "Waiting",
    none: "Nothing waits.",
    columns: { queue: "Queue", count: "Tasks", oldest: "Oldest" },
    delayed: (count: number) => `(${formatCount(count)} delayed)`,
    more: (count: number) => `and ${formatCount(count)} more ${count === 1 ? "queue" : "queues"}`,
  },
  nodes: {
    title: "Nodes",
    none: "No node has been seen yet.",
    columns: { name: "Node", state: "State", slots: "Slots in use", running: { mine: "Yours", all: "Running" } },
    slotsOf: (name: string) => `Slots in use on ${name}`,
    more: (count: number) => `and ${formatCount(count)} more`,
  },
};
