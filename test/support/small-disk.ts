import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const canMountDisks =
  process.getuid?.() === 0 && spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "x", "/mnt"]).status === 0;
if (!canMountDisks) {
  process.stderr.write("SKIPPED: a full disk; mounting one needs root and the right to mount\n");
}

/** A file system of 16 MB, gone when the test ends. Answers its path. */
export function smallDisk(path: string): string {
  mkdirSync(path);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=700", "utm-test", path]);
  if (mounted.status !== 0) {
    throw new Error(`The small disk could not be mounted: ${mounted.stderr}`);
  }
  onTestFinished(() => {
    spawnSync("umount", ["-l", path]);
  });
  return path;
}

/** Writes until not a byte more fits. */
export function fill(disk: string): void {
  for (const bytes of [65_536, 512, 1]) {
    while (appended(join(disk, "filler"), bytes)) {
      // Goes on until it fails.
    }
  }
  if (statfsSync(disk).bfree !== 0) {
    throw new Error(`The disk ${disk} is not full.`);
  }
}

/** Takes away what filled it. */
export function makeRoom(disk: string): void {
  rmSync(join(disk, "filler"));
}

function appended(path: string, bytes: number): boolean {
  try {
    appendFileSync(path, Buffer.alloc(bytes));
    return true;
  } catch {
    return false;
  }
}
