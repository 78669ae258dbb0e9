import { expect, test } from "vitest";
import { addNode, addTask, addUser, anEnd, claim, newTask } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

const standard = { name: "default", slots: null, isPaused: false };

export function queuesConformance(current: Current): void {
  test("there is a default queue, open and without a limit", async () => {
    const { queues } = current.store;
    expect(await queues.list()).toEqual([standard]);
    expect(await queues.find({ name: "default" })).toEqual(standard);
    expect(await queues.find({ name: "other" })).toBeNull();
  });

  test("one is made once, and names that differ in case are two", async () => {
    const { queues } = current.store;
    const night = { name: "night", slots: 2, isPaused: false };
    expect(await queues.create({ name: "night", slots: 2 })).toEqual(night);
    expect(await queues.create({ name: "night", slots: 5 })).toBeNull();
    expect(await queues.create({ name: "default", slots: 5 })).toBeNull();
    expect(await queues.create({ name: "Night", slots: null })).toMatchObject({ name: "Night", slots: null });
    expect(await queues.list()).toEqual([{ name: "Night", slots: null, isPaused: false }, standard, night]);
  });

  test("of many that make the same one at once, one does", async () => {
    const stores = [current.store, await current.reopen(), await current.reopen()];
    const tries = stores.flatMap((store) => [1, 2, 3].map((slots) => store.queues.create({ name: "night", slots })));
    expect((await Promise.all(tries)).filter((queue) => queue !== null)).toHaveLength(1);
  });

  test("a change leaves alone what it does not name", async () => {
    const { queues } = current.store;
    await queues.create({ name: "night", slots: 2 });
    const paused = { name: "night", slots: 2, isPaused: true };
    expect(await queues.update({ name: "night", isPaused: true })).toEqual(paused);
    expect(await queues.update({ name: "night" })).toEqual(paused);
    expect(await queues.update({ name: "night", slots: 7 })).toEqual({ ...paused, slots: 7 });
    expect(await queues.update({ name: "night", slots: null, isPaused: false })).toEqual({
      ...standard,
      name: "night",
    });
    expect(await queues.update({ name: "default", slots: 3 })).toEqual({ ...standard, slots: 3 });
    expect(await queues.update({ name: "other", slots: 3 })).toBeNull();
    expect((await queues.list()).map(({ name }) => name)).toEqual(["default", "night"]);
  });

  test("one is removed only when no task in it waits or runs, and what is over keeps its name", async () => {
    const { queues, attempts, tasks } = current.store;
    const ann = await addUser(current.store);
    const nodeId = await addNode(current.store);
    const first = await addTask(current.store, ann.id, { queue: "night" });
    await addTask(current.store, ann.id);
    const later = await addTask(current.store, ann.id, { queue: "night", notBefore: 9_000 });
    await claim(current.store, first.id, nodeId);
    expect(await queues.remove({ name: "night" })).toEqual({ kind: "in_use", tasks: 2 });
    await tasks.requestKill({ id: later.id, by: "ann", signal: "TERM", graceMs: 0, now: 3000 });
    expect(await queues.remove({ name: "night" })).toEqual({ kind: "in_use", tasks: 1 });
    await attempts.finish(anEnd({ taskId: first.id, attempt: 1, nodeId }));
    expect(await queues.remove({ name: "night" })).toEqual({ kind: "removed" });
    expect(await queues.remove({ name: "night" })).toEqual({ kind: "unknown" });
    expect(await queues.list()).toEqual([standard]);
    expect((await tasks.find({ id: first.id }))?.queue).toBe("night");
    expect(await queues.create({ name: "night", slots: 1 })).toMatchObject({ slots: 1 });
  });

  test("the default queue stays, with tasks and without", async () => {
    const { queues } = current.store;
    expect(await queues.remove({ name: "default" })).toEqual({ kind: "default" });
    await addTask(current.store, (await addUser(current.store)).id);
    expect(await queues.remove({ name: "default" })).toEqual({ kind: "default" });
    expect(await queues.list()).toEqual([standard]);
  });

  test("no task is added to a queue that is not there; what was submitted before is still answered", async () => {
    const { queues, tasks } = current.store;
    const ann = await addUser(current.store);
    const idempotency = { key: "k", bodyHash: "h" };
    const first = await addTask(current.store, ann.id, { queue: "night", idempotency });
    expect(await tasks.create(newTask(ann.id, { queue: "other" }))).toEqual({ kind: "no_queue" });
    await tasks.requestKill({ id: first.id, by: "ann", signal: "TERM", graceMs: 0, now: 3000 });
    await queues.remove({ name: "night" });
    expect(await tasks.create(newTask(ann.id, { queue: "night", idempotency }))).toMatchObject({ kind: "replayed" });
    expect(await tasks.create(newTask(ann.id, { queue: "night" }))).toEqual({ kind: "no_queue" });
    expect(await tasks.count({ ownerId: null })).toBe(1);
  });

  test("removed while tasks are submitted to it from two stores: either it or they are refused", async () => {
    const ann = await addUser(current.store);
    const other = await current.reopen();
    for (let round = 0; round < 12; round += 1) {
      const queue = `night-${round}`;
      await current.store.queues.create({ name: queue, slots: null });
      const submit = () => other.tasks.create(newTask(ann.id, { queue }));
      const [one, removal, two] = await Promise.all([submit(), current.store.queues.remove({ name: queue }), submit()]);
      const added = [one, two].filter(({ kind }) => kind === "created").length;
      expect(await current.store.tasks.count({ ownerId: null, queue })).toBe(added);
      expect((await current.store.queues.find({ name: queue })) === null).toBe(removal.kind === "removed");
      expect(added === 0).toBe(removal.kind === "removed");
    }
  });
}
