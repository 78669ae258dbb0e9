import type { Node, NodeState } from "../../contract/index.ts";
import type { Colour, Paint } from "./colour.ts";
import { type Cell, type Column, renderFields, renderTable, type TableOptions } from "./table.ts";
import { oneLine } from "./text.ts";
import { formatAge, formatDuration } from "./time.ts";

const looks: Readonly<Record<NodeState, { symbol: string; colour: Colour }>> = {
  alive: { symbol: "●", colour: "green" },
  draining: { symbol: "◐", colour: "yellow" },
  stopping: { symbol: "◐", colour: "yellow" },
  silent: { symbol: "✕", colour: "red" },
};

const columns: readonly Column[] = [
  { title: "NAME", maxWidth: 30 },
  { title: "STATE" },
  { title: "SLOTS", align: "right" },
  { title: "RUNNING", align: "right" },
  { title: "LABELS", maxWidth: 30 },
  { title: "QUEUES", maxWidth: 24 },
  { title: "VERSION" },
  { title: "SEEN" },
];

/** Nodes as a table. `now` is the time that ages count from, in epoch milliseconds. */
export function renderNodes(nodes: readonly Node[], now: number, options: TableOptions): string {
  const rows = nodes.map((node): Cell[] => [
    { text: node.name },
    { text: stateText(node), colour: looks[node.state].colour },
    { text: String(node.slots) },
    { text: String(node.running) },
    { text: node.labels.join(", ") },
    { text: queuesText(node) },
    { text: node.version },
    { text: formatAge(node.seen_at, now) },
  ]);
  return renderTable(columns, rows, options);
}

/** Everything about one node, a line per field. */
export function renderNode(node: Node, now: number, paint: Paint): string {
  const fields: [string, string][] = [
    ["node", oneLine(node.name)],
    ["id", String(node.id)],
    ["host", oneLine(node.host)],
    ["state", paint(looks[node.state].colour, stateText(node))],
    ["slots", `${node.slots}, ${node.running} in use`],
    [
      "runs",
      node.tasks.length === 0
        ? "nothing of yours"
        : `${node.tasks.length === 1 ? "task" : "tasks"} ${node.tasks.join(", ")}`,
    ],
    ["labels", node.labels.length === 0 ? "none" : oneLine(node.labels.join(", "))],
    ["queues", oneLine(queuesText(node))],
    ["version", oneLine(node.version)],
    ["registered", `${node.registered_at}  (${formatAge(node.registered_at, now)})`],
    ["seen", `${node.seen_at}  (${formatAge(node.seen_at, now)})`],
    ["lease", node.lease_seconds === 0 ? "over" : `${formatDuration(node.lease_seconds * 1000)} left`],
  ];
  return renderFields(fields, paint);
}

function stateText({ state, draining }: Node): string {
  const { symbol } = looks[state];
  return state === "silent" && draining ? `${symbol} silent, draining` : `${symbol} ${state}`;
}

function queuesText({ lanes }: Node): string {
  return lanes === null ? "all" : lanes.join(", ");
}
