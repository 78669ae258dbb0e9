import { accessSync, constants, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { waitFor } from "./wait-for.ts";

const freezer = "/sys/fs/cgroup/freezer";

export const canHoldInKernel = isWritable(join(freezer, "cgroup.procs"));

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets a process wait in the kernel (state D), where no signal reaches it, not even SIGKILL: what the freezer of cgroup
 * version 1 does. Answers how to let it go again.
 */
export function holdInKernel(pid: number): () => void {
  const directory = join(freezer, `test-${pid}`);
  mkdirSync(directory);
  onTestFinished(async () => {
    await waitFor("the freezer's group to be empty", () => isRemoved(directory));
  });
  const release = () => writeFileSync(join(directory, "freezer.state"), "THAWED");
  onTestFinished(release);
  writeFileSync(join(directory, "cgroup.procs"), `${pid}`);
  writeFileSync(join(directory, "freezer.state"), "FROZEN");
  return release;
}

function isRemoved(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}
