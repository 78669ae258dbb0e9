import { beforeEach, expect, test } from "vitest";
import type { AttemptKey } from "../store.ts";
import { addNode, addRunning, addUser, anEnd, hand } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

/** Retries, suspension, usage and progress while an attempt runs, and the log of events. */
export function processControlConformance(current: Current): void {
  let key: AttemptKey = { taskId: 0, attempt: 0, nodeId: 0 };
  beforeEach(async () => {
    const ann = (await addUser(current.store, "ann")).id;
    key = await addRunning(current.store, ann, await addNode(current.store));
  });

  const task = () => current.store.tasks.find({ id: key.taskId });
  const attempt = (number = key.attempt) => current.store.attempts.find({ taskId: key.taskId, attempt: number });
  const claimAgain = async (now = 9000) => {
    await hand(current.store, [key.taskId]);
    const { taskId, nodeId } = key;
    return current.store.tasks.claim({ taskId, expectedAttempt: 1, nodeId, nonce: "second", now });
  };
  const failure = { status: "failed", outcome: "exited", exitCode: 3, reason: "Exit 3." } as const;

  test("an end with a retry: the attempt is over, the task waits for its time and runs again as the next one", async () => {
    const { store } = current;
    expect(await store.attempts.finish(anEnd(key, { ...failure, retryAt: 8000 }))).toBe("pending");
    expect(await attempt()).toMatchObject({ endedAt: 5000, outcome: "exited", exitCode: 3, reason: "Exit 3." });
    expect(await task()).toMatchObject({
      status: "pending",
      attempt: 1,
      notBefore: 8000,
      startedAt: null,
      completedAt: null,
      outcome: null,
      exitCode: null,
      reason: "Exit 3.",
      kill: null,
    });
    expect(await store.tasks.nextDue()).toBe(8000);
    expect(await store.tasks.promoteDue({ now: 8000 })).toBe(1);
    expect(await claimAgain()).toMatchObject({ status: "running", attempt: 2, reason: null });
    expect(await store.attempts.finish(anEnd(key))).toBe(false);
    expect(await store.attempts.finish(anEnd({ ...key, attempt: 2 }))).toBe("over");
    expect(await task()).toMatchObject({ status: "completed", exitCode: 0, attempt: 2 });
    expect(await store.attempts.list({ taskId: key.taskId })).toHaveLength(2);
  });

  test("a retry without delay is ready at once; a kill before it ends the task", async () => {
    const { store } = current;
    await store.attempts.finish(anEnd(key, { ...failure, retryAt: 5001, now: 5001 }));
    const ownerId = (await store.tasks.find({ id: key.taskId }))?.ownerId ?? 0;
    expect(await store.tasks.listReady({ queue: "default", ownerId, limit: 5 })).toMatchObject([{ attempt: 1 }]);
    const order = { id: key.taskId, by: "ann", signal: "SIGTERM", graceMs: 1, now: 6000 };
    expect(await store.tasks.requestKill(order)).toMatchObject({ kind: "ended" });
    expect(await task()).toMatchObject({ status: "killed", reason: "Killed by ann before its next attempt." });
    expect(await claimAgain()).toBeNull();
  });

  test("an attempt whose kill was asked for is not followed by another", async () => {
    const { store } = current;
    await store.tasks.requestKill({ id: key.taskId, by: "ann", signal: "SIGTERM", graceMs: 1, now: 3000 });
    expect(await store.attempts.finish(anEnd(key, { ...failure, retryAt: 8000 }))).toBe("over");
    expect(await task()).toMatchObject({ status: "failed", exitCode: 3, completedAt: 5000 });
    expect(await attempt()).toMatchObject({ endedAt: 5000, exitCode: 3 });
  });

  test("suspension is in task and attempt, and gone at the end", async () => {
    const { attempts } = current.store;
    const since = { atMs: 3000, uptimeMs: 77 };
    expect(await attempts.suspend({ ...key, since, now: 3000 })).toBe(true);
    expect([await task(), await attempt()]).toMatchObject([
      { isSuspended: true },
      { suspended: since, suspendedMs: 0 },
    ]);
    expect(await attempts.resume({ ...key, suspendedMs: 500, now: 3500 })).toBe(true);
    expect([await task(), await attempt()]).toMatchObject([
      { isSuspended: false, updatedAt: 3500 },
      { suspended: null, suspendedMs: 500 },
    ]);
    await attempts.suspend({ ...key, since, now: 4000 });
    await attempts.finish(anEnd(key, { suspendedMs: 900 }));
    expect([await task(), await attempt()]).toMatchObject([
      { isSuspended: false },
      { suspended: null, suspendedMs: 900 },
    ]);
    expect(await attempts.suspend({ ...key, since, now: 9000 })).toBe(false);
    expect(await attempts.resume({ ...key, suspendedMs: 1, now: 9000 })).toBe(false);
  });

  test("usage, progress and limits in force are noted while it runs, and not after", async () => {
    const { attempts } = current.store;
    const usage = { cpuMs: 10, maxRssBytes: 4096, maxProcesses: 2, readBytes: 0, writeBytes: null };
    const limitsInForce = [{ limit: "memory_bytes", value: 1_048_576, how: "sampled" }] as const;
    await attempts.started({ ...key, pid: 1, startedAt: 2, limitsInForce: [...limitsInForce], now: 3 });
    expect(await attempts.noteUsage({ ...key, usage, usageSeries: "series" })).toBe(true);
    expect(await attempts.noteProgress({ ...key, progress: 0.4217, now: 4000 })).toBe(true);
    expect(await task()).toMatchObject({ usage, progress: 0.422, limitsInForce });
    expect(await attempt()).toMatchObject({ usage, usageSeries: "series", limitsInForce });
    expect(await attempts.noteProgress({ ...key, progress: null, now: 4000 })).toBe(true);
    expect(await task()).toMatchObject({ progress: null });
    await attempts.finish(anEnd(key, { usageSeries: "whole" }));
    expect(await attempt()).toMatchObject({ usageSeries: "whole" });
    expect(await attempts.noteUsage({ ...key, usage, usageSeries: null })).toBe(false);
    expect(await attempts.noteProgress({ ...key, progress: 1, now: 9000 })).toBe(false);
  });

  test("events stay in their order, and go with the task", async () => {
    const { events, tasks, attempts } = current.store;
    const entry = (at: number, text: string) => ({ taskId: key.taskId, attempt: 1, at, kind: "signal" as const, text });
    await events.add([entry(5, "first"), entry(4, "second")]);
    await events.add([entry(4, "third")]);
    const texts = (await events.list({ taskId: key.taskId })).map((event) => event.text);
    expect(texts).toEqual(["first", "second", "third"]);
    await attempts.finish(anEnd(key));
    await tasks.removeEnded({ endedBefore: 9000, limit: 5 });
    expect(await events.list({ taskId: key.taskId })).toEqual([]);
  });
}
