import { formatCount } from "./ui/sizes.ts";

/** The words of a task's course and of what to do next. Apart from text.ts, for the first load's sake. */
export const timelineText = {
  label: "How it spent its time",
  more: (count: number) => `${formatCount(count)} before`,
  waited: (length: string) => `waited ${length}`,
  waiting: (length: string) => `waiting for ${length}`,
  between: (length: string) => `pause ${length}`,
  attempt: (number: number, ending: string, length: string) =>
    `${number}: ${ending === "" ? `running for ${length}` : `${ending} after ${length}`}`,
  open: (attempt: number) => `Show attempt ${attempt}`,
  left: (length: string) => `usually ${length} more`,
  usual: (length: string) => `usually ${length}`,
  usualTitle: (count: number, most: string) =>
    `The median of the latest ${formatCount(count)} that completed with this name and program; 95 of 100 took at most ${most}`,
  next: {
    suspended: "All its processes are stopped. Resume lets them go on.",
    lastLines: "Its last lines usually say why.",
    notExecutable: "126: a file was found but may not be executed. Look at its permissions and its first line.",
    notFound: "127: a command was not found. Look at its spelling and at PATH.",
    bySignal: (signal: number) => `So shells tell that their last command was ended by signal ${signal}.`,
    perhapsMemory: "With a memory limit you would know whether it was memory.",
    moreTime: "Give it more time, or find out what it waited for.",
    limit: "Raise the limit, or find out why it needs so much.",
    notStarted: "Nothing of it ran. Put right what is missing, then run it again.",
    unseen: "Nobody saw how it ended: look at what it has done before you run it again.",
    dependency: "See to the task it waits for, then run it again.",
    edit: "Edit & rerun",
    toNodes: "Look at the nodes",
  },
  longer: "longer than usual",
  shorter: "shorter than usual",
};
