import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new empty directory; its real path. */
export function makeDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "utm-test-")));
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
