import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** The shell that runs the launcher. bash is preferred; see program.ts for what the other costs. */
export type Shell = { kind: "bash" | "posix"; path: string };

const usualDirectories = ["/bin", "/usr/bin", "/usr/local/bin"];

/** Finds bash, else any POSIX shell. Throws with a sentence when the machine has neither. */
export function findShell(searchPath: string): Shell {
  const bash = findProgram("bash", searchPath);
  if (bash !== null) {
    return { kind: "bash", path: bash };
  }
  const sh = findProgram("sh", searchPath);
  if (sh !== null) {
    return { kind: "posix", path: sh };
  }
  throw new Error("This machine has no shell (neither bash nor sh): tasks cannot be started.");
}

/** Full path of a program in the search path or the usual directories; null when it is not there. */
export function findProgram(name: string, searchPath: string): string | null {
  for (const directory of [...searchPath.split(":"), ...usualDirectories]) {
    if (directory.startsWith("/") && isExecutable(join(directory, name))) {
      return join(directory, name);
    }
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
