import type { TaskProcess } from "../../contract/index.ts";

type PlacedProcess = { process: TaskProcess; depth: number };

/** Children after their parents, each with how deep it lies. A process whose parent is not among them is a root. */
export function inTreeOrder(processes: readonly TaskProcess[]): PlacedProcess[] {
  const pids = new Set(processes.map(({ pid }) => pid));
  const byParent = Map.groupBy(processes, ({ pid, parent_pid: parent }) =>
    parent === pid || !pids.has(parent) ? null : parent,
  );
  const placed: PlacedProcess[] = [];
  const place = (parent: number | null, depth: number) => {
    for (const process of byParent.get(parent) ?? []) {
      placed.push({ process, depth });
      place(process.pid, depth + 1);
    }
  };
  place(null, 0);
  return placed;
}
