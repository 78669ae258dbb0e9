import { readdirSync } from "node:fs";
import { join } from "node:path";
import { linesOf } from "./lines-of.ts";

/** What the journals of a data directory say, read as plain words and not through the product. */
export type Journals = {
  /** The launcher that began last. */
  launcher: { pid: number; startTicks: string } | null;
  /** Running or ended, by task. */
  begun: Map<number, { pid: number; shimPid: number }>;
  /** Tasks whose end is there, with its time. */
  ended: Map<number, { endedAtMs: number }>;
};

export function readJournals(directory: string): Journals {
  const node = join(directory, "node");
  const names = readdirSync(node).filter((name) => name.startsWith("journal."));
  const said: Journals = { launcher: null, begun: new Map(), ended: new Map() };
  for (const name of names.sort((a, b) => generationOf(a) - generationOf(b))) {
    for (const [kind, first = "", second = "", third = "", time = ""] of linesOf(join(node, name)).map(words)) {
      if (kind === "l") {
        said.launcher = { pid: Number(first), startTicks: second };
      } else if (kind === "p") {
        said.begun.set(taskOf(first), { pid: Number(second), shimPid: Number(third) });
      } else if (kind === "x") {
        said.ended.set(taskOf(first), { endedAtMs: Math.round(Number(time) * 1000) });
      }
    }
  }
  return said;
}

function words(line: string): string[] {
  return line.endsWith(" .") ? line.split(" ") : [];
}

function generationOf(name: string): number {
  return Number(name.split(".")[1]);
}

/** A key begins with the task's id. */
function taskOf(key: string): number {
  return Number(key.split(".")[0]);
}
