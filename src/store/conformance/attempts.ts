import { beforeEach, expect, test } from "vitest";
import type { AttemptKey } from "../store.ts";
import { addNode, addRunning, addTask, addUser, anEnd } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function attemptsConformance(current: Current): void {
  let ann = 0;
  let key: AttemptKey = { taskId: 0, attempt: 0, nodeId: 0 };
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
    key = await addRunning(current.store, ann, await addNode(current.store));
  });

  const task = () => current.store.tasks.find({ id: key.taskId });
  const attempt = () => current.store.attempts.find({ taskId: key.taskId, attempt: key.attempt });

  /** Every verb that goes on with or ends an attempt, tried with the given key. */
  async function tryAll(given: AttemptKey): Promise<boolean[]> {
    const { attempts } = current.store;
    return [
      await attempts.started({ ...given, pid: 1, startedAt: 1, limitsInForce: [], now: 9000 }),
      await attempts.ending({ ...given, cause: "killed", reason: "x", now: 9000 }),
      await attempts.setReason({ ...given, reason: "x", now: 9000 }),
      (await attempts.finish(anEnd(given, { now: 9000 }))) !== false,
    ];
  }

  test("its start is in the attempt and in the task", async () => {
    expect(
      await current.store.attempts.started({ ...key, pid: 42, startedAt: 2222, limitsInForce: [], now: 2223 }),
    ).toBe(true);
    expect(await attempt()).toMatchObject({ pid: 42, startedAt: 2222, endedAt: null });
    expect(await task()).toMatchObject({ status: "running", startedAt: 2222, updatedAt: 2223 });
  });

  test("its end is in the attempt and in the task, and it is not open any more", async () => {
    const end = anEnd(key, { outputGap: { first: 10, last: 20 }, exitCode: null, signal: "SIGSEGV" });
    const failed = { ...end, status: "failed", outcome: "signalled", reason: "Ended by SIGSEGV." } as const;
    expect(await current.store.attempts.listOpen({ nodeId: key.nodeId })).toHaveLength(1);
    expect(await current.store.attempts.finish(failed)).toBe("over");
    const result = {
      outcome: "signalled",
      exitCode: null,
      signal: "SIGSEGV",
      reason: "Ended by SIGSEGV.",
      startedAt: 2100,
      usage: { cpuMs: 12, maxRssBytes: 4096, maxProcesses: 3, readBytes: null, writeBytes: 8192 },
      outputBytes: 77,
    };
    expect(await task()).toMatchObject({ ...result, status: "failed", completedAt: 5000, updatedAt: 5001 });
    expect(await attempt()).toMatchObject({ ...result, pid: 4711, endedAt: 5000, outputGap: { first: 10, last: 20 } });
    expect(await current.store.attempts.listOpen({ nodeId: key.nodeId })).toEqual([]);
    expect((await current.store.tasks.countRunning()).total).toBe(0);
  });

  test("an end that knows neither pid nor start leaves those said before", async () => {
    await current.store.attempts.started({ ...key, pid: 42, startedAt: 2222, limitsInForce: [], now: 2223 });
    expect(await current.store.attempts.finish(anEnd(key, { pid: null, startedAt: null }))).toBe("over");
    expect(await attempt()).toMatchObject({ pid: 42, startedAt: 2222, endedAt: 5000, outputGap: null });
    expect(await task()).toMatchObject({ startedAt: 2222, completedAt: 5000 });
  });

  test("nothing applies for another attempt, node or task", async () => {
    const other = await addNode(current.store, "node-2");
    const before = [await task(), await attempt()];
    for (const stale of [
      { ...key, attempt: 0 },
      { ...key, attempt: 2 },
      { ...key, nodeId: other },
      { ...key, taskId: 999 },
    ]) {
      expect(await tryAll(stale), JSON.stringify(stale)).toEqual([false, false, false, false]);
    }
    expect([await task(), await attempt()]).toEqual(before);
  });

  test("nothing applies before the claim or after the end", async () => {
    const pending = await addTask(current.store, ann);
    expect(await tryAll({ ...key, taskId: pending.id, attempt: 0 })).toEqual([false, false, false, false]);
    expect(await tryAll({ ...key, taskId: pending.id, attempt: 1 })).toEqual([false, false, false, false]);
    expect(await current.store.attempts.finish(anEnd(key))).toBe("over");
    const after = [await task(), await attempt()];
    expect(await tryAll(key)).toEqual([false, false, false, false]);
    expect([await task(), await attempt()]).toEqual(after);
  });

  test("of twenty ends at once from two stores one applies", async () => {
    const other = await current.reopen();
    const ends = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? current.store : other).attempts.finish(anEnd(key, { exitCode: index })),
    );
    const applied = await Promise.all(ends);
    expect(applied.filter(Boolean)).toHaveLength(1);
    const exitCode = applied.indexOf("over");
    expect(await task()).toMatchObject({ exitCode });
    expect(await attempt()).toMatchObject({ exitCode });
  });

  test("the first cause of the ending stays, the sentence follows the latest", async () => {
    const { attempts } = current.store;
    const timedOut = { ...key, cause: "timed_out", reason: "Over its time.", now: 3000 } as const;
    expect(await attempts.ending(timedOut)).toBe(true);
    expect(await attempt()).toMatchObject({ ending: "timed_out", reason: "Over its time.", endedAt: null });
    expect(await attempts.ending({ ...key, cause: "killed", reason: "Being killed.", now: 3001 })).toBe(true);
    expect(await attempt()).toMatchObject({ ending: "timed_out", reason: "Being killed." });
    expect(await task()).toMatchObject({ status: "running", reason: "Being killed.", updatedAt: 3001 });
  });

  test("the sentence of a running attempt can be set and taken away", async () => {
    const { attempts } = current.store;
    expect(await attempts.setReason({ ...key, reason: "Waiting.", now: 3000 })).toBe(true);
    expect([await task(), await attempt()]).toMatchObject([{ reason: "Waiting." }, { reason: "Waiting." }]);
    expect(await attempts.setReason({ ...key, reason: null, now: 3001 })).toBe(true);
    expect([await task(), await attempt()]).toMatchObject([{ reason: null }, { reason: null }]);
  });

  test("the open attempts of a node come with their whole tasks", async () => {
    const second = await addRunning(current.store, ann, key.nodeId);
    const elsewhere = await addRunning(current.store, ann, await addNode(current.store, "node-2"));
    const open = await current.store.attempts.listOpen({ nodeId: key.nodeId });
    expect(open).toEqual([
      { ...(await attempt()), task: await task() },
      {
        ...(await current.store.attempts.find({ taskId: second.taskId, attempt: 1 })),
        task: await current.store.tasks.find({ id: second.taskId }),
      },
    ]);
    const others = await current.store.attempts.listOpen({ nodeId: elsewhere.nodeId });
    expect(others.map((row) => row.taskId)).toEqual([elsewhere.taskId]);
  });

  test("an attempt that does not exist is null", async () => {
    expect(await current.store.attempts.find({ taskId: key.taskId, attempt: 2 })).toBeNull();
    expect(await current.store.attempts.list({ taskId: 999 })).toEqual([]);
  });
}
