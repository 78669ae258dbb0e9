import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Stopping a server that drains: it waits for what runs, starts nothing new, and can be told not to wait. */
async function startDraining() {
  const go = join(testDirectory(), "go");
  const server = await startServer({ environment: { UTM_DRAIN: "on" } });
  const admin = await server.join("admin");
  const task = await admin.submit({ command: `echo $$; while [ ! -e ${go} ]; do sleep 0.02; done; exit 7` });
  const pid = await waitFor("its number", async () => Number((await admin.output(task.id)).trim()) || null);
  server.signal("SIGTERM");
  await waitFor("it to say that it drains", () => server.output.includes("SIGTERM: draining."));
  return { server, admin, task, pid, go };
}

it("waits for what runs, answers meanwhile, and leaves new tasks to the next start", async () => {
  const { server, admin, task, go } = await startDraining();
  expect(server.output).toContain("Waiting for 1 running task to end; new ones stay pending.");
  const later = await admin.submit({ command: "echo later" });
  expect(later).toMatchObject({ status: "pending", reason: expect.stringContaining("about to stop") });
  expect(await admin.get(later.id)).toMatchObject({ status: "pending" });
  writeFileSync(go, "");
  await server.ended();
  expect(server.output).toContain("SIGTERM: stopped.\n");
  await server.start();
  expect(await admin.get(task.id)).toMatchObject({ status: "failed", exit_code: 7, attempt: 1 });
  expect(await admin.waitForEnd(later.id)).toMatchObject({ status: "completed" });
});

it("stops at a second signal and leaves what runs running", async () => {
  const { server, admin, task, pid, go } = await startDraining();
  // Once more and once more: those that come within half a second count as one.
  const insisting = setInterval(() => server.signal("SIGTERM"), 100);
  await server.ended();
  clearInterval(insisting);
  expect(server.output).toContain("SIGTERM: stopped. 1 task goes on; the next start adopts them.");
  expect(readStat(pid)).not.toBeNull();
  await server.start();
  writeFileSync(go, "");
  expect(await admin.waitForEnd(task.id)).toMatchObject({ status: "failed", exit_code: 7, attempt: 1 });
});
