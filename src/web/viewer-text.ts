import { formatBytes, formatCount } from "./ui/sizes.ts";

/** The words of the output viewer. Apart from text.ts, for the first load's sake. */
export const viewerText = {
  label: "Output",
  follow: "Follow",
  following: "Following",
  wrap: "Wrap",
  download: "Raw output",
  downloading: "Loading…",
  jump: "Jump to end",
  newLines: (count: number) => `${formatCount(count)} new ${count === 1 ? "line" : "lines"}`,
  empty: "It wrote nothing.",
  waiting: "Nothing written yet.",
  pending: "Output appears here once the task has started.",
  gap: (bytes: number) => `${formatBytes(bytes)} cut here (output limit: first and last kept)`,
  earlierBytes: (bytes: number) => `${formatBytes(bytes)} of earlier output not loaded`,
  earlierLines: (count: number) => `${formatCount(count)} earlier lines no longer kept in this page`,
  openRaw: "Get the raw output",
  cutLine: (count: number) => ` … ${formatCount(count)} more characters`,
  interrupted: "The output stream broke off and is being picked up again.",
  times: {
    toggle: "Times",
    title: "When each line was written, as exactly as it was looked at (key: t)",
    by: (clock: string) => `≤${clock}`,
    between: (from: string, to: string) => `Written between ${from} and ${to}`,
  },
  copy: {
    all: "Copy",
    lines: (first: number, last: number) =>
      first === last ? `Copy line ${formatCount(first)}` : `Copy ${formatCount(last - first + 1)} lines`,
    title: "Copy the linked lines, or all of the output (key: y)",
    copying: "Copying…",
    tooLarge: (bytes: number) =>
      `More than ${formatBytes(bytes)} is too much for the clipboard. Link fewer lines by their numbers, or get the raw output.`,
  },
  fullScreen: { enter: "Full screen", leave: "Leave full screen", key: "F" },
  find: {
    open: "Find",
    label: "Find in the output",
    field: "Text to find",
    hint: "Find in all of the output",
    count: (index: number, total: number) => `${formatCount(index)} of ${formatCount(total)}`,
    nothing: "not found",
    searching: "searching…",
    previous: "Previous match",
    next: "Next match",
    regex: ".*",
    regexTitle: "Regular expression",
    close: "Close the search",
    only: "Only these",
    onlyTitle: "Show only the lines that have it; the number of one leads to its place",
  },
  excerpt: {
    loading: "Loading the lines around it…",
    range: (first: number, last: number, total: number) =>
      `Lines ${formatCount(first)} to ${formatCount(last)} of ${formatCount(total)}`,
    earlier: "Earlier lines",
    later: "Later lines",
    link: "Link to this line; with Shift, to the lines from the linked one to this one",
  },
};
