/** The words of the list of tasks. Those of its parts that are loaded later: filter-menu-text, selection-text, history-text. */
const fields = { statuses: "status", outcomes: "outcome" } as const;

export const listText = {
  problems: {
    noFilter: (name: string, known: readonly string[]) =>
      `There is no filter "${name}". There are ${known.join(", ")}. Put the word in quotes to search for it.`,
    noValue: (name: string) => `Write what you look for behind the colon, like ${name}:…`,
    noMoment: (value: string) => `"${value}" is no moment. Write 2h, 7d, today, 2026-11-30 or 2026-11-30T14:05.`,
    noSuch: (field: keyof typeof fields, value: string, known: readonly string[]) =>
      `"${value}" is no ${fields[field]}. There are ${known.join(", ")}.`,
    inAddress: "The address has a filter that cannot be used:",
    drop: "Drop it",
  },
  filter: {
    hint: "Filter: a word, status:failed, tag:nightly, since:2h …",
    hintMore: "Filter: another word …",
    remove: (word: string, value: string) => `Remove the filter ${word}:${value}`,
    menu: "Filters",
    menuKey: "Choose filters (key: f)",
    clearAll: "Clear all",
  },
  columns: { select: "Selected", queue: "Queue", waited: "Waited", ran: "Ran" },
  waiting: "still waiting",
  select: {
    row: (name: string, id: number) => `Select ${name} (${id})`,
    all: "Select all that are shown",
  },
  keys: {
    name: "List: filter, chart, selection",
    keys: [
      ["f", "Choose filters"],
      ["c", "Show or hide the chart"],
      ["x", "Select the task, or not"],
      ["X", "Select all from the last one to here"],
      ["J / K", "Select on, downwards or upwards"],
      ["a", "Select all that the filter shows"],
      [".", "Kill the selected, after asking"],
      ["r", "Rerun the selected, after asking"],
      ["s / S", "Suspend, resume the selected"],
      ["Esc", "Clear the selection"],
    ] satisfies [string, string][],
  },
};
