/** @module-tag whole */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { missingForCluster, startCluster, type TestNode } from "../support/cluster.ts";
import { testDirectory } from "../support/directory.ts";
import { isLong, report } from "../support/form.ts";
import { linesOf } from "../support/lines-of.ts";
import type { TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Redis or the database is away for a while: nothing is lost, nothing runs twice, and what waits says why. */
const missing = missingForCluster("postgres");
const awayMs = isLong ? 20_000 : 3000;

it.skipIf(missing !== null)(
  missing ?? "takes tasks in without Redis, says why they wait, and starts them when it is back",
  async () => {
    const { cluster, admin, scratch, untilGo } = await start();
    const running = await admin.submit({ command: `${untilGo}; exit 6` });
    await admin.waitForStatus(running.id, "running");
    await cluster.redis.stop();
    const stoppedAt = performance.now();
    const tasks = await Promise.all(
      Array.from({ length: 6 }, (_, index) => admin.submit({ command: `echo $$ >>${scratch}/ran; exit ${index}` })),
    );
    const [first] = tasks;
    const waiting = await waitFor("the reason", async () => {
      const task = await admin.get(first?.id ?? 0);
      return /Redis/.test(task.reason ?? "") ? task : null;
    });
    expect(waiting).toMatchObject({ status: "pending", attempt: 0 });
    expect(waiting.reason).toMatch(/^Redis does not answer .*: tasks are kept and start when it is back\.$/);
    const killed = await admin.client.call(contract.killTask, { params: { id: running.id }, body: {} });
    expect(killed.id).toBe(running.id);
    expect(await admin.waitForEnd(running.id)).toMatchObject({ status: "killed" });
    await waitFor("it to have been away for a while", () => performance.now() - stoppedAt > awayMs);
    expect(existsSync(join(scratch, "ran"))).toBe(false);
    await cluster.redis.start();
    const backAt = performance.now();
    await waitFor("all to begin", () => linesOf(join(scratch, "ran")).length === tasks.length);
    report("Redis back", { startedAfterMs: Math.round(performance.now() - backAt) });
    for (const [index, { id }] of tasks.entries()) {
      expect(await admin.waitForEnd(id)).toMatchObject({ exit_code: index, attempt: 1 });
    }
    expect(linesOf(join(scratch, "ran"))).toHaveLength(tasks.length);
  },
);

it.skipIf(missing !== null)(missing ?? "loses nothing when Redis is wiped", async () => {
  const { cluster, admin, scratch } = await start({ UTM_SLOTS: "1" });
  const command = `echo $UTM_TASK_ID >>${scratch}/ran; sleep 0.2`;
  const tasks = await Promise.all(Array.from({ length: 20 }, () => admin.submit({ command })));
  for (let round = 0; round < 5; round += 1) {
    const before = linesOf(join(scratch, "ran")).length;
    cluster.redis.flush();
    await waitFor("one more to begin", () => linesOf(join(scratch, "ran")).length > before, 30_000);
  }
  for (const { id } of tasks) {
    expect(await admin.waitForEnd(id, 60_000)).toMatchObject({ exit_code: 0, attempt: 1 });
  }
  const ran = linesOf(join(scratch, "ran")).map(Number);
  expect(ran.sort((a, b) => a - b)).toEqual(tasks.map(({ id }) => id).sort((a, b) => a - b));
});

it.skipIf(missing !== null)(missing ?? "lets tasks run on without the database, and records what ended", async () => {
  const { cluster, admin, scratch, untilGo } = await start();
  const tasks = await Promise.all(
    Array.from({ length: 4 }, (_, index) =>
      admin.submit({ command: `echo $$ >>${scratch}/ran; ${untilGo}; echo $$ >>${scratch}/over; exit ${index}` }),
    ),
  );
  await waitFor("all to run", () => linesOf(join(scratch, "ran")).length === tasks.length);
  await cluster.databaseLink.refuse();
  const awayAt = performance.now();
  writeFileSync(join(scratch, "go"), "");
  const answer = await admin.request("/taskapi/tasks/", { method: "POST", body: JSON.stringify({ command: ":" }) });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  expect((await answer.json()) as object).toMatchObject({ code: "not_ready" });
  await waitFor("all to be over", () => linesOf(join(scratch, "over")).length === tasks.length);
  await waitFor("it to have been away for a while", () => performance.now() - awayAt > awayMs);
  await cluster.databaseLink.restore();
  for (const [index, { id }] of tasks.entries()) {
    const look = async () => {
      const task = await admin.get(id).catch(() => null);
      return task?.completed_at == null ? null : task;
    };
    expect(await waitFor(`the end of ${id}`, look, 40_000)).toMatchObject({ exit_code: index, attempt: 1 });
  }
  const next = await admin.submit({ command: "exit 9" });
  expect(await admin.waitForEnd(next.id)).toMatchObject({ exit_code: 9 });
  expect(linesOf(join(scratch, "ran"))).toHaveLength(tasks.length);
});

async function start(environment: Record<string, string> = {}) {
  const cluster = await startCluster("postgres", { servers: 1, nodes: 1 }, environment);
  const admin = await (cluster.servers[0] as TestServer).join("admin");
  const scratch = testDirectory();
  const [node] = cluster.nodes as [TestNode];
  return { cluster, node, admin, scratch, untilGo: `while [ ! -e ${scratch}/go ]; do sleep 0.05; done` };
}
