/** @module-tag whole */
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { anEnd } from "../../src/store/conformance/sample.ts";
import { openStore } from "../../src/store/open.ts";
import { testDirectory } from "../support/directory.ts";
import { linesOf } from "../support/lines-of.ts";
import { hasEnded, processesOf } from "../support/processes.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Its attempt was called lost while the node could not be heard: what still runs of it is ended, and never told as its end. */
it("ends what was given up when it notices, and takes new work again", async () => {
  const { server, admin, scratch, task } = await startRunning();
  await callLost(server, task.id);
  await waitFor("all of it to be ended", () => allEnded(server, scratch));
  const next = await admin.submit({ command: "exit 7" });
  expect((await admin.waitForEnd(next.id)).exit_code).toBe(7);
  await expectLost(admin, task.id);
});

it("ends what was given up while the server was away before it serves", async () => {
  const { server, admin, scratch, task } = await startRunning();
  await server.stop("SIGKILL");
  await callLost(server, task.id);
  await server.start();
  expect(allEnded(server, scratch)).toBe(true);
  await expectLost(admin, task.id);
});

async function startRunning() {
  const scratch = testDirectory();
  // One slot: new work has to wait until what was given up is gone.
  const server = await startServer({ environment: { UTM_LEASE_SECONDS: "0.6", UTM_SLOTS: "1" } });
  const admin = await server.join("admin");
  const task = await admin.submit({ command: `sleep 1000 & echo $$ >>${scratch}/pid; trap '' TERM; wait; sleep 1001` });
  await admin.waitForStatus(task.id, "running");
  await waitFor("it to begin", () => linesOf(join(scratch, "pid")).length === 1);
  return { server, admin, scratch, task };
}

/** As another server would, which has not heard of this node for too long. */
async function callLost(server: TestServer, taskId: number): Promise<void> {
  const store = await openStore({ databaseUrl: `sqlite:${join(server.directory, "utm.sqlite")}` });
  try {
    const attempt = await store.attempts.find({ taskId, attempt: 1 });
    const key = { taskId, attempt: 1, nodeId: attempt?.nodeId ?? 0 };
    const end = anEnd(key, { status: "failed", outcome: "lost", exitCode: null, reason: "Lost: not heard of." });
    expect(await store.attempts.finish(end)).toBe("over");
  } finally {
    await store.close();
  }
}

function allEnded(server: TestServer, scratch: string): boolean {
  const isGone = linesOf(join(scratch, "pid")).every((pid) => hasEnded(Number(pid)));
  return isGone && !processesOf(server.directory).some(({ command }) => command.startsWith("sleep"));
}

async function expectLost(admin: Awaited<ReturnType<TestServer["join"]>>, id: number): Promise<void> {
  expect(await admin.get(id)).toMatchObject({ status: "failed", outcome: "lost", exit_code: null });
  const log = await waitFor("its log to tell it", async () => {
    const entries = await admin.client.call(contract.listEvents, { params: { id } });
    return entries.some(({ kind }) => kind === "fenced") ? entries : null;
  });
  expect(log.find(({ kind }) => kind === "fenced")?.text).toBe(
    "The node is back, after the attempt was given up; what still ran of it is ended.",
  );
}
