import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { waitFor } from "./wait-for.ts";

/** Living processes that have to do with a directory: started from it, writing to it, or marked by one of its tasks. */
export function processesOf(directory: string): { pid: number; command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) {
      continue;
    }
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    const touches =
      command.includes(directory) ||
      read(`/proc/${pid}/environ`).includes(directory) ||
      [1, 2].some((fd) => link(`/proc/${pid}/fd/${fd}`).startsWith(directory));
    if (touches && command !== "") {
      found.push({ pid, command });
    }
  }
  return found;
}

/** Ended: no longer there, or a zombie that its new parent has not looked at yet. */
export function hasEnded(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" || /^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
}

/** Ends them by force and waits until none is left. */
export async function endProcessesOf(directory: string): Promise<void> {
  await waitFor("all processes of the test to end", () => {
    const left = processesOf(directory);
    for (const { pid } of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone in the meantime.
      }
    }
    return left.length === 0;
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
