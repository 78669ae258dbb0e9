import { beforeEach, expect, test } from "vitest";
import { addNode, addRunning, addTask, addUser, claim } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function admissionConformance(current: Current): void {
  let ann = 0;
  let bob = 0;
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
    bob = (await addUser(current.store, "bob")).id;
  });

  async function readyIds(ownerId: number, limit = 100): Promise<number[]> {
    const rows = await current.store.tasks.listReady({ queue: "default", ownerId, limit });
    return rows.map((row) => row.id);
  }

  test("ready tasks come by priority, then by age, per owner and queue", async () => {
    const low = await addTask(current.store, ann, { priority: -1 });
    const first = await addTask(current.store, ann);
    const second = await addTask(current.store, ann);
    const high = await addTask(current.store, ann, { priority: 5 });
    await addTask(current.store, bob, { priority: 9 });
    await addTask(current.store, ann, { priority: 9, queue: "slow" });
    expect(await readyIds(ann)).toEqual([high.id, first.id, second.id, low.id]);
    expect(await readyIds(ann, 2)).toEqual([high.id, first.id]);
    expect(await current.store.tasks.listReady({ queue: "default", ownerId: ann, limit: 1 })).toEqual([
      { id: high.id, ownerId: ann, queue: "default", priority: 5, attempt: 0 },
    ]);
  });

  test("owners with ready tasks are listed once each, per queue", async () => {
    const { tasks } = current.store;
    expect(await tasks.readyOwners({ queue: "default" })).toEqual([]);
    await addTask(current.store, bob);
    await addTask(current.store, ann);
    const last = await addTask(current.store, bob);
    await addTask(current.store, ann, { queue: "slow" });
    await addTask(current.store, bob, { queue: "slow", notBefore: 9000 });
    expect(await tasks.readyOwners({ queue: "default" })).toEqual([ann, bob]);
    expect(await tasks.readyOwners({ queue: "slow" })).toEqual([ann]);
    await tasks.hand({ ids: [last.id, last.id - 2], now: 1 });
    expect(await tasks.readyOwners({ queue: "default" })).toEqual([ann]);
  });

  test("a task with a time waits for it; one whose time is past does not", async () => {
    const { tasks } = current.store;
    expect(await tasks.nextDue()).toBeNull();
    const past = await addTask(current.store, ann, { notBefore: 1000, now: 1000 });
    const later = await addTask(current.store, ann, { notBefore: 3000, now: 1000 });
    const soon = await addTask(current.store, ann, { notBefore: 2000, now: 1000 });
    expect(soon.notBefore).toBe(2000);
    expect(await readyIds(ann)).toEqual([past.id]);
    expect(await tasks.nextDue()).toBe(2000);
    expect(await tasks.promoteDue({ now: 1999 })).toBe(0);
    expect(await tasks.promoteDue({ now: 2000 })).toBe(1);
    expect(await readyIds(ann)).toEqual([past.id, soon.id]);
    expect(await tasks.nextDue()).toBe(3000);
    expect(await tasks.promoteDue({ now: 5000 })).toBe(1);
    expect(await readyIds(ann)).toEqual([past.id, later.id, soon.id]);
    expect(await tasks.nextDue()).toBeNull();
  });

  test("only ready tasks can be handed, each once", async () => {
    const { tasks } = current.store;
    const ready = await addTask(current.store, ann);
    const delayed = await addTask(current.store, ann, { notBefore: 9000 });
    const running = await addRunning(current.store, ann, await addNode(current.store));
    expect(await tasks.hand({ ids: [ready.id, delayed.id, running.taskId, 999], now: 10 })).toEqual([ready.id]);
    expect(await tasks.hand({ ids: [ready.id], now: 11 })).toEqual([]);
    expect(await tasks.hand({ ids: [], now: 11 })).toEqual([]);
    expect(await tasks.countHanded()).toBe(1);
    expect(await readyIds(ann)).toEqual([]);
  });

  test("handed tasks are taken back when their delivery is too old, or all of them", async () => {
    const { tasks } = current.store;
    const first = await addTask(current.store, ann);
    const second = await addTask(current.store, ann);
    await tasks.hand({ ids: [first.id], now: 100 });
    await tasks.hand({ ids: [second.id], now: 200 });
    expect(await tasks.takeBack({ handedBefore: 100 })).toBe(0);
    expect(await tasks.takeBack({ handedBefore: 101 })).toBe(1);
    expect(await readyIds(ann)).toEqual([first.id]);
    expect(await tasks.takeBack({ handedBefore: null })).toBe(1);
    expect(await readyIds(ann)).toEqual([first.id, second.id]);
    expect(await tasks.countHanded()).toBe(0);
  });

  test("a claim takes a handed task out of the hands of the dispatcher", async () => {
    const { tasks } = current.store;
    const task = await addTask(current.store, ann);
    await tasks.hand({ ids: [task.id], now: 100 });
    expect(await claim(current.store, task.id, await addNode(current.store))).not.toBeNull();
    expect(await tasks.countHanded()).toBe(0);
    expect(await tasks.takeBack({ handedBefore: null })).toBe(0);
    expect(await readyIds(ann)).toEqual([]);
  });

  test("running tasks are counted per owner and per queue", async () => {
    const node = await addNode(current.store);
    expect(await current.store.tasks.countRunning()).toEqual({ byOwner: new Map(), byQueue: new Map(), total: 0 });
    await addRunning(current.store, ann, node);
    await addRunning(current.store, bob, node);
    const slow = await addTask(current.store, bob, { queue: "slow" });
    await claim(current.store, slow.id, node);
    await addTask(current.store, bob);
    expect(await current.store.tasks.countRunning()).toEqual({
      byOwner: new Map([
        [ann, 1],
        [bob, 2],
      ]),
      byQueue: new Map([
        ["default", 2],
        ["slow", 1],
      ]),
      total: 3,
    });
  });

  test("ahead of a task are those of its queue that are ready or handed and go first", async () => {
    const { tasks } = current.store;
    const handed = await addTask(current.store, ann);
    const task = await addTask(current.store, ann, { priority: 1 });
    await addTask(current.store, bob, { priority: 2 });
    const same = await addTask(current.store, bob, { priority: 1 });
    await addTask(current.store, bob, { priority: 3, notBefore: 9000 });
    await addTask(current.store, bob, { priority: 3, queue: "slow" });
    await tasks.hand({ ids: [handed.id], now: 1 });
    const last = await addTask(current.store, bob);
    expect(await tasks.countAhead({ id: task.id })).toBe(1);
    expect(await tasks.countAhead({ id: same.id })).toBe(2);
    expect(await tasks.countAhead({ id: last.id })).toBe(4);
    expect(await tasks.countAhead({ id: 999 })).toBe(0);
  });
}
