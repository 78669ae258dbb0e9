import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { TaskProcess } from "../../contract/index.ts";
import type { Connection } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { type Column, renderTable } from "../print/table.ts";
import { formatBytes, formatDuration } from "../print/time.ts";
import { declareTaskView, type TaskViewOptions } from "../task-view.ts";

const help = `
The processes of a running task, as its node sees them now. States as in ps(1): R running,
S sleeping, D waiting for a device, T stopped, Z gone and not yet collected.

Examples:
  utm ps 42
  watch utm ps 42
`;

export function declare(command: Command, deps: Deps): void {
  declareTaskView(command, deps, help, run);
}

/** Lists the processes of a task; for one that has none, says why. */
export async function run(options: TaskViewOptions, deps: Deps & Connection): Promise<number> {
  const params = { id: options.id };
  const processes = await deps.client.call(contract.listProcesses, { params });
  if (options.json === true) {
    printJson(deps, processes);
  } else if (processes.length > 0) {
    deps.stdout.write(renderTable(columns, processes.map(cellsOf), tableOptions(deps)));
  } else {
    const { status } = await deps.client.call(contract.getTask, { params });
    const why = status === "running" ? "none of its processes can be seen right now" : `it is ${status}`;
    tell(deps, `task ${options.id} has no processes to show: ${why}`);
  }
  return 0;
}

const columns: readonly Column[] = [
  { title: "PID", align: "right" },
  { title: "PARENT", align: "right" },
  { title: "STATE" },
  { title: "CPU TIME" },
  { title: "MEMORY", align: "right" },
  { title: "COMMAND" },
];

function cellsOf(process: TaskProcess) {
  return [
    { text: String(process.pid) },
    { text: String(process.parent_pid) },
    { text: process.state },
    { text: formatDuration(process.cpu_ms) },
    { text: formatBytes(process.rss_bytes) },
    { text: process.command_line },
  ];
}
