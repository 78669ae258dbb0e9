import { beforeEach, expect, test } from "vitest";
import { addNode, addRunning, addTask, addUser, anEnd, hand, newTask } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function killsConformance(current: Current): void {
  let ann = 0;
  let node = 0;
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
    node = await addNode(current.store);
  });

  test("a pending task is over at once", async () => {
    const { tasks } = current.store;
    const plain = await addTask(current.store, ann);
    const delayed = await addTask(current.store, ann, { notBefore: 9000 });
    const handed = await addTask(current.store, ann);
    await hand(current.store, [handed.id]);
    for (const task of [plain, delayed, handed]) {
      const answer = await tasks.requestKill({ id: task.id, by: "bob", signal: "SIGINT", graceMs: 5, now: 4000 });
      expect(answer).toEqual({
        kind: "ended",
        task: {
          ...task,
          status: "killed",
          outcome: "killed",
          reason: "Killed by bob before it started.",
          completedAt: 4000,
          updatedAt: 4000,
          kill: { requestedAt: 4000, by: "bob", signal: "SIGINT", graceMs: 5 },
        },
      });
    }
    expect(await tasks.countHanded()).toEqual([]);
    expect(await tasks.nextDue()).toBeNull();
    expect(await tasks.readyOwners({ queue: "default" })).toEqual([]);
    expect(await tasks.listKillRequests({ nodeId: node })).toEqual([]);
  });

  test("of a running task the order is recorded; a later one changes signal and grace, not who asked first", async () => {
    const { tasks } = current.store;
    const { taskId } = await addRunning(current.store, ann, node);
    await addRunning(current.store, ann, node);
    const before = await tasks.find({ id: taskId });
    const order = { id: taskId, by: "ann", signal: "SIGTERM", graceMs: 10_000, now: 4000 };
    const kill = { requestedAt: 4000, by: "ann", signal: "SIGTERM", graceMs: 10_000 };
    expect(await tasks.requestKill(order)).toEqual({ kind: "requested", task: { ...before, kill, updatedAt: 4000 } });
    expect(await tasks.listKillRequests({ nodeId: node })).toEqual([{ taskId, attempt: 1, kill }]);
    const faster = await tasks.requestKill({ id: taskId, by: "bob", signal: "SIGKILL", graceMs: 0, now: 4500 });
    const changed = { requestedAt: 4000, by: "ann", signal: "SIGKILL", graceMs: 0 };
    expect(faster).toEqual({ kind: "requested", task: { ...before, kill: changed, updatedAt: 4500 } });
    expect(await tasks.listKillRequests({ nodeId: node })).toEqual([{ taskId, attempt: 1, kill: changed }]);
    expect(await tasks.listKillRequests({ nodeId: await addNode(current.store, "node-2") })).toEqual([]);
  });

  test("a task that is over stays as it is; one that is missing answers null", async () => {
    const { tasks, attempts } = current.store;
    const key = await addRunning(current.store, ann, node);
    await attempts.finish(anEnd(key));
    const over = await tasks.find({ id: key.taskId });
    const order = { by: "ann", signal: "SIGTERM", graceMs: 0, now: 9000 };
    expect(await tasks.requestKill({ id: key.taskId, ...order })).toEqual({ kind: "over", task: over });
    expect(await tasks.find({ id: key.taskId })).toEqual(over);
    expect(await tasks.requestKill({ id: 999, ...order })).toBeNull();
  });

  test("removal takes tasks that ended before the time, with all that belongs to them", async () => {
    const { tasks, attempts } = current.store;
    const idempotency = { key: "k", bodyHash: "h" };
    const killed = await addTask(current.store, ann, { tags: ["x"], idempotency });
    await tasks.requestKill({ id: killed.id, by: "ann", signal: "SIGTERM", graceMs: 0, now: 3000 });
    const old = await addRunning(current.store, ann, node);
    await attempts.finish(anEnd(old, { endedAt: 4000 }));
    const recent = await addRunning(current.store, ann, node);
    await attempts.finish(anEnd(recent, { endedAt: 5000 }));
    const pending = await addTask(current.store, ann, { tags: ["x"] });
    const running = await addRunning(current.store, ann, node);

    expect(await tasks.removeEnded({ endedBefore: 3000, limit: 10 })).toEqual({ tasks: 0, attempts: [] });
    const removed = await tasks.removeEnded({ endedBefore: 5000, limit: 10 });
    // The one killed before it started had no attempt.
    expect(removed).toEqual({ tasks: 2, attempts: [{ taskId: old.taskId, attempt: 1 }] });

    const left = await tasks.list({ ownerId: null, descending: false, cursor: null, limit: 10 });
    expect(left.map((task) => task.id)).toEqual([recent.taskId, pending.id, running.taskId]);
    expect(await attempts.list({ taskId: old.taskId })).toEqual([]);
    expect(await attempts.list({ taskId: recent.taskId })).toHaveLength(1);
    expect(await tasks.count({ ownerId: null, tag: "x" })).toBe(1);
    expect((await tasks.create(newTask(ann, { idempotency }))).kind).toBe("created");
  });

  test("removal takes at most the limit, oldest first, and ids are never given again", async () => {
    const { tasks, attempts } = current.store;
    const keys = [];
    for (let index = 0; index < 3; index += 1) {
      const key = await addRunning(current.store, ann, node);
      await attempts.finish(anEnd(key, { endedAt: 5000 - index }));
      keys.push(key);
    }
    const [first, second, third] = keys;
    expect(await tasks.removeEnded({ endedBefore: 9000, limit: 2 })).toEqual({
      tasks: 2,
      attempts: [
        { taskId: second?.taskId, attempt: 1 },
        { taskId: third?.taskId, attempt: 1 },
      ],
    });
    expect(await tasks.removeEnded({ endedBefore: 9000, limit: 2 })).toEqual({
      tasks: 1,
      attempts: [{ taskId: first?.taskId, attempt: 1 }],
    });
    expect((await addTask(current.store, ann)).id).toBeGreaterThan(third?.taskId ?? 0);
  });
}
