import { formatCount } from "./ui/sizes.ts";

/** The words of the outcomes and durations above the list of tasks. */
const tasksOf = (count: number) => (count === 1 ? "1 task" : `${formatCount(count)} tasks`);

export const historyText = {
  label: "How the tasks of this list went",
  strip: "The last outcomes, oldest first",
  point: (id: number, name: string) => `#${id} ${name}`,
  show: "Chart",
  showTitle: "Show or hide the durations over time (key: c)",
  chart: "Durations over time",
  hint: "Arrow keys go from task to task, Enter opens one, [ and ] show only what was submitted since or until it. With the mouse, drag to narrow the time.",
  summary: (count: number, half: string, longest: string) =>
    `${tasksOf(count)} · half took at most ${half} · longest ${longest}`,
  latest: (summary: string) => `the latest ${summary}`,
  nothing: "No task of this list has started yet.",
};
