import type { Queue } from "../../contract/index.ts";
import { type Cell, type Column, renderTable, type TableOptions } from "./table.ts";
import { formatAge } from "./time.ts";

const columns: readonly Column[] = [
  { title: "NAME", maxWidth: 30 },
  { title: "STATE" },
  { title: "SLOTS", align: "right" },
  { title: "RUNNING", align: "right" },
  { title: "WAITING", align: "right" },
  { title: "DELAYED", align: "right" },
  { title: "OLDEST" },
  { title: "NODES", maxWidth: 40 },
];

/** Queues as a table. `now` is the time that ages count from, in epoch milliseconds. */
export function renderQueues(queues: readonly Queue[], now: number, options: TableOptions): string {
  const rows = queues.map((queue): Cell[] => [
    { text: queue.name },
    queue.paused ? { text: "‖ paused", colour: "yellow" } : { text: "● open", colour: "green" },
    { text: queue.slots === null ? "no limit" : String(queue.slots) },
    { text: String(queue.running) },
    { text: String(queue.pending - queue.delayed) },
    { text: String(queue.delayed) },
    { text: queue.oldest_since === null ? "" : formatAge(queue.oldest_since, now) },
    queue.nodes.length === 0 ? { text: "none", colour: "red" } : { text: queue.nodes.join(", ") },
  ]);
  return renderTable(columns, rows, options);
}

/** What a queue is now, in a line. */
export function sentenceOf({ name, paused, slots, running, pending }: Queue): string {
  const state = paused ? "paused" : "open";
  const limit = slots === null ? "no limit of its own" : `${slots} ${slots === 1 ? "slot" : "slots"}`;
  return `${name} is ${state}, ${limit}; ${running} running, ${pending} waiting`;
}
