import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isGone, readStat } from "../../src/supervise/processes/proc.ts";
import { testDirectory } from "../support/directory.ts";
import { linesOf } from "../support/lines-of.ts";
import { startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** A data directory on a disk of its own that is full: nothing is taken in that cannot be kept, and no end is lost. */
const canMount =
  process.getuid?.() === 0 && spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "x", "/mnt"]).status === 0;
if (!canMount) {
  process.stderr.write("SKIPPED: a full disk; mounting one needs root and the right to mount\n");
}

const ends = ["exit 0", "exit 3", "exit 137", "kill -KILL $$", "exit 143", "kill -SEGV $$"];
const told = [0, 3, 137, "SIGKILL", 143, "SIGSEGV"];
const count = 60;

it.skipIf(!canMount)("answers 503 while the disk is full, and records every end once there is room", async () => {
  const scratch = testDirectory();
  const disk = smallDisk(join(scratch, "disk"));
  const server = await startServer({
    directory: disk,
    environment: { UTM_SLOTS: String(count), TMPDIR: scratch },
  });
  const admin = await server.join("admin");
  const begun = join(scratch, "begun");
  const over = join(scratch, "over");
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const waiting = `echo $$ >>${begun}; while [ ! -e ${scratch}/go ]; do sleep 0.2; done; echo $$ >>${over}`;
    ids.push((await admin.submit({ command: `${waiting}; ${ends[index % ends.length]}` })).id);
  }
  await waitFor("all to begin", () => linesOf(begun).length === count);
  await waitFor("all starts in the record", async () => {
    const tasks = await Promise.all(ids.map((id) => admin.get(id)));
    return tasks.every((task) => task.started_at !== null);
  });

  fill(disk);
  const statuses = new Set<number>();
  await waitFor("a submission to be refused", async () => {
    const body = JSON.stringify({ command: `: ${"x".repeat(20_000)}` });
    const response = await admin.request("/taskapi/tasks/", { method: "POST", body });
    await response.text();
    statuses.add(response.status);
    return response.status !== 201;
  });
  expect([...statuses].filter((status) => status !== 201)).toEqual([503]);
  fill(disk);
  expect((await admin.request("/healthz")).status).toBe(200);
  writeFileSync(join(scratch, "go"), "");
  await waitFor("all to be over", () => linesOf(over).length === count && !linesOf(begun).some(isThere));
  const states = await Promise.all(ids.map(async (id) => (await admin.get(id)).status));
  // The journal's last block still took a few.
  expect(states.filter((status) => status === "running").length).toBeGreaterThan(count / 4);

  rmSync(join(disk, "filler"));
  const results = await Promise.all(ids.map((id) => admin.waitForEnd(id, 30_000)));
  const unsure = results.filter((task) => task.outcome === "unknown");
  const exact = results.map(
    (task, index) => unsure.includes(task) || (task.exit_code ?? task.signal) === toldOf(index),
  );
  expect(exact).not.toContain(false);
  // The shell says only once whether it was an exit or a signal; one such word can be cut at the very end of the room.
  expect(unsure.length).toBeLessThanOrEqual(1);
  const task = await admin.submit({ command: "exit 6" });
  expect((await admin.waitForEnd(task.id)).exit_code).toBe(6);
});

function toldOf(index: number) {
  return told[index % told.length];
}

/** A file system of 16 MB, gone when the test ends. */
function smallDisk(path: string): string {
  mkdirSync(path);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=700", "utm-test", path]);
  expect(mounted.status).toBe(0);
  onTestFinished(() => {
    spawnSync("umount", ["-l", path]);
  });
  return path;
}

/** Writes until not a byte more fits. */
function fill(disk: string): void {
  for (const bytes of [65_536, 512, 1]) {
    while (appended(join(disk, "filler"), bytes)) {
      // Goes on until it fails.
    }
  }
  expect(statfsSync(disk).bfree).toBe(0);
}

function appended(path: string, bytes: number): boolean {
  try {
    appendFileSync(path, Buffer.alloc(bytes));
    return true;
  } catch {
    return false;
  }
}

function isThere(pid: string): boolean {
  const stat = readStat(Number(pid));
  return stat !== null && !isGone(stat);
}
