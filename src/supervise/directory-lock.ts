import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isGone, readStat } from "./processes/proc.ts";

/**
 * One server per data directory. The lock is SQLite's own on an empty file: the kernel releases it when the holder dies,
 * however it dies, so there is no stale lock to clear. A second file names the holder for the refusal's sentence.
 */
export type DirectoryLock = { release(): void };

/** Throws DirectoryInUse, naming the holder, when another server has the directory. */
export function lockDirectory(directory: string): DirectoryLock {
  const holderPath = join(directory, "server.pid");
  const database = new DatabaseSync(join(directory, "server.lock"));
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isLocked(error)) {
      throw new DirectoryInUse(directory, readHolder(holderPath));
    }
    throw error;
  }
  writeFileSync(holderPath, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => database.close() };
}

export class DirectoryInUse extends Error {
  override readonly name = "DirectoryInUse";
  constructor(directory: string, holder: string | null) {
    const who = holder === null ? "another server" : `the server with process number ${holder}`;
    super(`The data directory ${directory} is in use by ${who}. Stop that one, or give this one another directory.`);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message);
}

/** Null also when the name is still that of an earlier holder, killed before this one wrote its own. */
function readHolder(path: string): string | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return /^\d+$/.test(text) && isRunning(Number(text)) ? text : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && !isGone(stat);
}
