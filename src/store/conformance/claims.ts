import { beforeEach, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { addNode, addRunning, addTask, addUser, anEnd, claim, hand } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function claimsConformance(current: Current): void {
  let ann = 0;
  let node = 0;
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
    node = await addNode(current.store);
  });

  test("a claim makes the task run as its next attempt, and opens that attempt", async () => {
    const task = await addTask(current.store, ann);
    const claimed = await claim(current.store, task.id, node, 2000);
    expect(claimed).toEqual({
      ...task,
      status: "running",
      attempt: 1,
      nodeId: node,
      nodeName: "node-1",
      updatedAt: 2000,
    });
    expect(await current.store.tasks.find({ id: task.id })).toEqual(claimed);
    expect(await current.store.attempts.list({ taskId: task.id })).toEqual([
      {
        taskId: task.id,
        number: 1,
        nodeId: node,
        nodeName: "node-1",
        nonce: "nonce",
        pid: null,
        createdAt: 2000,
        startedAt: null,
        endedAt: null,
        ending: null,
        outcome: null,
        exitCode: null,
        signal: null,
        reason: null,
        usage: { cpuMs: null, maxRssBytes: null, maxProcesses: null, readBytes: null, writeBytes: null },
        usageSeries: null,
        suspended: null,
        suspendedMs: 0,
        limitsInForce: [],
        outputBytes: 0,
        outputGap: null,
      },
    ]);
  });

  test("a claim does nothing to a task that runs, is over, was killed, is missing, or is at another attempt", async () => {
    const { tasks, attempts } = current.store;
    const running = await addRunning(current.store, ann, node);
    const over = await addRunning(current.store, ann, node);
    await attempts.finish(anEnd(over));
    const killed = await addTask(current.store, ann);
    await tasks.requestKill({ id: killed.id, by: "ann", signal: "SIGTERM", graceMs: 0, now: 3000 });
    for (const taskId of [running.taskId, over.taskId, killed.id, 999]) {
      expect(await claim(current.store, taskId, node), `task ${taskId}`).toBeNull();
    }
    const pending = await addTask(current.store, ann);
    await hand(current.store, [pending.id]);
    for (const expectedAttempt of [-1, 1, 2]) {
      const stale = { taskId: pending.id, expectedAttempt, nodeId: node, nonce: "n", now: 1 };
      expect(await tasks.claim(stale)).toBeNull();
    }
    expect(await tasks.find({ id: pending.id })).toEqual(pending);
    expect(await attempts.list({ taskId: pending.id })).toEqual([]);
    expect(await attempts.list({ taskId: running.taskId })).toHaveLength(1);
  });

  test("a node that is not registered cannot claim", async () => {
    const task = await addTask(current.store, ann);
    await expect(claim(current.store, task.id, node + 1)).rejects.toThrow("is not registered");
    expect(await current.store.tasks.find({ id: task.id })).toEqual(task);
  });

  test("of two stores that claim the same 200 tasks at once, each task goes to one", async () => {
    const other = await current.reopen();
    const second = await addNode(current.store, "node-2");
    const tasks = await Promise.all(Array.from({ length: 200 }, () => addTask(current.store, ann)));
    const ids = tasks.map((task) => task.id);
    await hand(current.store, ids);
    const claimBy = (store: Store, taskId: number, nodeId: number) =>
      store.tasks.claim({ taskId, expectedAttempt: 0, nodeId, nonce: "nonce", now: 2000 });
    const [mine, theirs] = await Promise.all([
      Promise.all(ids.map((id) => claimBy(current.store, id, node))),
      Promise.all([...ids].reverse().map((id) => claimBy(other, id, second))),
    ]);
    const claimed = [...mine, ...theirs].filter((task) => task !== null).map((task) => task.id);
    expect(claimed.sort((a, b) => a - b)).toEqual(ids);
    for (const id of ids) {
      expect(await current.store.attempts.list({ taskId: id })).toHaveLength(1);
    }
    const open = [await other.attempts.listOpen({ nodeId: node }), await other.attempts.listOpen({ nodeId: second })];
    expect(open.flat()).toHaveLength(200);
  });
}
