import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describeShell, findProgram, type Shell } from "../../src/supervise/launcher/shell.ts";
import { isLong, isWhole } from "./form.ts";

/** A shell the launcher is tested with. */
export type TestShell = {
  name: string;
  kind: Shell["kind"];
  program: string;
  /** Every tool is busybox's, as on a machine without GNU coreutils and util-linux. */
  hasBusyboxTools: boolean;
};

export const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const wanted: readonly Omit<TestShell, "program">[] = [
  { name: "bash", kind: "bash", hasBusyboxTools: false },
  // A POSIX shell is tried every day as the last one, the most meagre of them.
  ...(isWhole ? [{ name: "dash", kind: "posix", hasBusyboxTools: false } as const] : []),
  // What it has of its own is seen with its tools as well; without them it is for the long form.
  ...(isLong ? [{ name: "busybox ash", kind: "posix", hasBusyboxTools: false } as const] : []),
  { name: "busybox ash with busybox tools", kind: "posix", hasBusyboxTools: true },
];

/** Those this machine has. What it lacks is named, never left out silently. */
export function installedShells(): TestShell[] {
  const found: TestShell[] = [];
  for (const shell of wanted) {
    const name = shell.name.split(" ")[0] ?? "";
    const program = findProgram(name, usualPath);
    if (program === null) {
      process.stderr.write(`SKIPPED: the launcher on ${shell.name}; ${name} is not installed\n`);
    } else {
      found.push({ ...shell, program });
    }
  }
  return found;
}

/** Full path of the shell, and the search path of what it runs; busybox is reached through links of its own. */
export function prepareShell(shell: TestShell, directory: string): { shell: Shell; searchPath: string } {
  if (!shell.name.startsWith("busybox")) {
    return { shell: describeShell(shell.kind, shell.program, usualPath), searchPath: usualPath };
  }
  const links = join(directory, "busybox");
  mkdirSync(links, { recursive: true });
  const applets = shell.hasBusyboxTools ? ["ash", ...busyboxTools] : ["ash"];
  for (const applet of applets) {
    linkOnce(shell.program, join(links, applet));
  }
  const searchPath = shell.hasBusyboxTools ? links : usualPath;
  return { shell: describeShell(shell.kind, join(links, "ash"), searchPath), searchPath };
}

const busyboxTools = "sh env setsid sleep mkfifo cat ls kill id true false seq".split(" ");

function linkOnce(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
  }
}
