import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, removeDirectory } from "../temporary-directory.ts";
import { waitFor } from "../wait-for.ts";
import { sharedDirectoryVariable } from "./shared-server.ts";

/**
 * A place for database servers that all files of a run share. The first test that needs one starts it there; here all are
 * ended after the last test. If this process dies before, their guards end them.
 */
export function setup(): () => Promise<void> {
  const directory = makeDirectory();
  process.env[sharedDirectoryVariable] = directory;
  process.env.UTM_TEST_RUN = String(process.pid);
  return async () => {
    const guards = readdirSync(directory).flatMap((name) => guardIn(join(directory, name)));
    for (const guard of guards) {
      process.kill(guard, "SIGTERM");
    }
    await waitFor("the database servers to end", () => guards.every((guard) => !existsSync(`/proc/${guard}`)));
    removeDirectory(directory);
  };
}

function guardIn(directory: string): number[] {
  const path = join(directory, "guard.pid");
  const guard = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  return guard > 0 && existsSync(`/proc/${guard}`) ? [guard] : [];
}
