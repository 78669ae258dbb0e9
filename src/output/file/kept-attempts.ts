import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { AttemptRef } from "../output.ts";
import { isMissing } from "./paths.ts";

const fileName = /^(\d+)\.(\d+)$/;

/** The attempts whose files are in the directory, a folder's at once. */
export async function* keptAttempts(directory: string): AsyncGenerator<AttemptRef> {
  for (const folder of await namesIn(directory)) {
    for (const name of await namesIn(join(directory, folder))) {
      const match = fileName.exec(name);
      if (match !== null) {
        yield { taskId: Number(match[1]), attempt: Number(match[2]) };
      }
    }
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && "code" in error && error.code === "ENOTDIR")) {
      return [];
    }
    throw error;
  }
}
