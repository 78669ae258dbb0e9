import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { waitFor } from "./wait-for.ts";

type Process = { pid: number; command: string };

/**
 * Living processes that have to do with a directory: started from it, writing to it, or of an attempt that some other of
 * them belongs to. A program whose standard error is marked writes to pipes, and only its attempt's key tells whose it is.
 * `attempts` takes the keys that were seen, for the next look, when what told of them may be gone.
 */
export function processesOf(directory: string, attempts = new Set<string>()): Process[] {
  const found: Process[] = [];
  const others: (Process & { attempt: string })[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) {
      continue;
    }
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    const environment = read(`/proc/${pid}/environ`);
    const attempt = attemptOf(environment);
    const touches =
      command.includes(directory) ||
      environment.includes(directory) ||
      [1, 2].some((fd) => link(`/proc/${pid}/fd/${fd}`).startsWith(directory));
    if (touches && command !== "") {
      found.push({ pid, command });
      attempts.add(attempt);
    } else {
      others.push({ pid, command, attempt });
    }
  }
  const related = others.filter(({ attempt }) => attempt !== "" && attempts.has(attempt));
  return [...found, ...related.map(({ pid, command }) => ({ pid, command }))];
}

/** Empty for a process of none, and for one that belongs to what these tests run in. */
function attemptOf(environment: string): string {
  const variable = environment.split("\0").find((entry) => entry.startsWith("UTM_RUN="));
  const key = variable?.slice("UTM_RUN=".length) ?? "";
  return key === process.env.UTM_RUN ? "" : key;
}

/** Ended: no longer there, or a zombie that its new parent has not looked at yet. */
export function hasEnded(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" || /^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
}

/** Ends them by force and waits until none is left. */
export async function endProcessesOf(directory: string): Promise<void> {
  const attempts = new Set<string>();
  await waitFor("all processes of the test to end", () => {
    const left = processesOf(directory, attempts);
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
