import { readFileSync } from "node:fs";

/** The lines of a file; none while it does not exist. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
