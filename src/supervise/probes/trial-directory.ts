import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunAs } from "../order.ts";

/** A directory for one attempt of a probe, and below it the attempt's working directory, which its user may write to. */
export function makeTrialDirectory(runAs: RunAs | null): { directory: string; cwd: string } {
  const directory = realpathSync(mkdtempSync(join(placeFor(runAs), "utm-probe-")));
  chmodSync(directory, 0o711);
  const cwd = join(directory, "work");
  mkdirSync(cwd, { mode: 0o700 });
  if (runAs !== null) {
    chownSync(cwd, runAs.uid, runAs.gid);
  }
  return { directory, cwd };
}

/** TMPDIR may be the server's own user's alone (pam_tmpdir): another user could not get there. */
function placeFor(runAs: RunAs | null): string {
  return runAs !== null && isForAll("/tmp") ? "/tmp" : tmpdir();
}

function isForAll(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && (stat.mode & stickyForAll) === stickyForAll;
}

const stickyForAll = 0o1003;
