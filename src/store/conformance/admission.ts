import { beforeEach, expect, test } from "vitest";
import { addNode, addRunning, addTask, addUser, claim, hand, newTask, registered } from "./sample.ts";
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
      { id: high.id, ownerId: ann, queue: "default", priority: 5, attempt: 0, placement: null },
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
    await hand(current.store, [last.id, last.id - 2]);
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
    expect(await hand(current.store, [ready.id, delayed.id, running.taskId, 999])).toEqual([ready.id]);
    expect(await hand(current.store, [ready.id])).toEqual([]);
    expect(await hand(current.store, [])).toEqual([]);
    expect(await tasks.countHanded()).toEqual([{ queue: "default", nodeId: null, count: 1 }]);
    expect(await readyIds(ann)).toEqual([]);
  });

  test("handed tasks are taken back when their delivery is too old, or all of them", async () => {
    const { tasks } = current.store;
    const first = await addTask(current.store, ann);
    const second = await addTask(current.store, ann);
    await hand(current.store, [first.id]);
    await hand(current.store, [second.id]);
    expect(await tasks.takeBack({ handedForMs: 60_000 })).toBe(0);
    expect(await tasks.takeBack({ ids: [first.id] })).toBe(1);
    expect(await readyIds(ann)).toEqual([first.id]);
    await expect.poll(() => tasks.takeBack({ handedForMs: 1 })).toBe(1);
    expect(await tasks.takeBack({ handedForMs: 0 })).toBe(0);
    await hand(current.store, [first.id, second.id]);
    expect(await tasks.takeBack({ handedForMs: 0 })).toBe(2);
    expect(await readyIds(ann)).toEqual([first.id, second.id]);
    expect(await tasks.countHanded()).toEqual([]);
  });

  test("a claim takes a handed task out of the hands of the dispatcher", async () => {
    const { tasks } = current.store;
    const task = await addTask(current.store, ann);
    await hand(current.store, [task.id]);
    expect(await claim(current.store, task.id, await addNode(current.store))).not.toBeNull();
    expect(await tasks.countHanded()).toEqual([]);
    expect(await tasks.takeBack({ handedForMs: 0 })).toBe(0);
    expect(await readyIds(ann)).toEqual([]);
  });

  test("running tasks are counted per owner, per queue and per node", async () => {
    const node = await addNode(current.store);
    expect(await current.store.tasks.countRunning()).toEqual({
      ...{ byOwner: new Map(), byQueue: new Map(), byNode: new Map(), total: 0 },
    });
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
      byNode: new Map([[node, 3]]),
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
    await hand(current.store, [handed.id]);
    const last = await addTask(current.store, bob);
    expect(await tasks.countAhead({ id: task.id })).toBe(1);
    expect(await tasks.countAhead({ id: same.id })).toBe(2);
    expect(await tasks.countAhead({ id: last.id })).toBe(4);
    expect(await tasks.countAhead({ id: 999 })).toBe(0);
    const ofNew = (priority: number, queue = "default") => tasks.countAhead({ queue, priority });
    expect([await ofNew(0), await ofNew(1), await ofNew(2), await ofNew(-1)]).toEqual([5, 3, 1, 5]);
    expect([await ofNew(0, "slow"), await ofNew(0, "unknown")]).toEqual([1, 0]);
  });

  test("tasks bound to nodes are listed beside the others, the best of each kind", async () => {
    const { tasks } = current.store;
    const spec = (node: string | null, labels: string[]) => ({ ...newTask(ann).spec, node, labels });
    const gpu = [];
    for (const labels of [["gpu"], ["gpu", "gpu"], ["gpu"]]) {
      gpu.push(await addTask(current.store, ann, { spec: spec(null, labels), priority: 9 }));
    }
    const both = await addTask(current.store, ann, { spec: spec("n", ["b", "a"]) });
    const free = await addTask(current.store, ann);
    const rows = await tasks.listReady({ queue: "default", ownerId: ann, limit: 2 });
    expect(new Map(rows.map((row) => [row.id, row.placement]))).toEqual(
      new Map([
        [free.id, null],
        [gpu[0]?.id, { node: null, labels: ["gpu"] }],
        [gpu[1]?.id, { node: null, labels: ["gpu"] }],
        [both.id, { node: "n", labels: ["a", "b"] }],
      ]),
    );
    expect((await tasks.find({ id: both.id }))?.placement).toEqual({ node: "n", labels: ["a", "b"] });
    const [listed] = await tasks.list({ ownerId: ann, descending: true, cursor: null, limit: 1 });
    expect(listed?.placement).toBeNull();
  });

  test("what is handed to one node cannot be claimed by another, nor what was taken back by anybody", async () => {
    const { tasks } = current.store;
    const [first, second] = [await addNode(current.store, "a"), await addNode(current.store, "b")];
    const task = await addTask(current.store, ann);
    const claimBy = (nodeId: number) =>
      tasks.claim({ taskId: task.id, expectedAttempt: 0, nodeId, nonce: "n", now: 1 });
    await hand(current.store, [task.id], { nodeId: first });
    expect(await tasks.countHanded()).toEqual([{ queue: "default", nodeId: first, count: 1 }]);
    expect(await claimBy(second)).toBeNull();
    expect(await tasks.takeBack({ ids: [task.id, 999] })).toBe(1);
    expect(await tasks.takeBack({ ids: [] })).toBe(0);
    expect(await claimBy(first)).toBeNull();
    await hand(current.store, [task.id], { nodeId: second });
    expect(await claimBy(second)).not.toBeNull();
    expect(await tasks.countHanded()).toEqual([]);
  });

  test("one holder has the lock until its time is over, and hands nothing once another took it", async () => {
    const { locks, tasks } = current.store;
    const other = await current.reopen();
    const task = await addTask(current.store, ann);
    const name = "admission";
    const mine = await locks.take({ name, holder: "me", leaseMs: 60_000 });
    expect(mine).toEqual({ holder: "me", term: expect.any(Number) });
    expect(await other.locks.take({ name, holder: "you", leaseMs: 60_000 })).toBeNull();
    expect(await locks.take({ name, holder: "me", leaseMs: 0 })).toEqual(mine);
    const yours = await other.locks.take({ name, holder: "you", leaseMs: 60_000 });
    expect(yours).toEqual({ holder: "you", term: (mine?.term ?? 0) + 1 });
    const order = { tasks: [{ id: task.id, nodeId: null }] };
    const late = { ...order, lock: { holder: "me", term: mine?.term ?? 0, leaseMs: 60_000 } };
    expect(await tasks.hand(late)).toBeNull();
    expect(await readyIds(ann)).toEqual([task.id]);
    await locks.release({ name, holder: "me", term: mine?.term ?? 0 });
    expect(await locks.take({ name, holder: "me", leaseMs: 60_000 })).toBeNull();
    await other.locks.release({ name, holder: "you", term: yours?.term ?? 0 });
    const again = await locks.take({ name, holder: "me", leaseMs: 0 });
    expect(again?.term).toBe((yours?.term ?? 0) + 1);
    // Over, and nobody else's: as good as before.
    const lock = { holder: "me", term: again?.term ?? 0, leaseMs: 60_000 };
    expect(await tasks.hand({ ...order, lock })).toEqual([task.id]);
    expect(await other.locks.take({ name, holder: "you", leaseMs: 1 })).toBeNull();
    expect(await other.locks.take({ name, holder: "you", leaseMs: 1, isForced: true })).not.toBeNull();
  });

  test("of many that try to take the lock at once, one has it", async () => {
    const stores = [current.store, await current.reopen(), await current.reopen()];
    const tries = stores.flatMap((store, at) =>
      Array.from({ length: 5 }, (_, index) =>
        store.locks.take({ name: "admission", holder: `${at}.${index}`, leaseMs: 60_000 }),
      ),
    );
    expect((await Promise.all(tries)).filter((lock) => lock !== null)).toHaveLength(1);
  });

  test("a node can be given a state that outlives a restart, but for stopping", async () => {
    const { nodes } = current.store;
    const node = await registered(current.store);
    expect(node.state).toBe("active");
    for (const [state, next] of [
      ["draining", "draining"],
      ["stopping", "active"],
    ] as const) {
      expect(await nodes.setState({ id: node.id, state })).toBe(true);
      expect(await nodes.heartbeat({ id: node.id, leaseMs: 60_000 })).toBe(state);
      expect((await registered(current.store)).state).toBe(next);
      await nodes.setState({ id: node.id, state: "active" });
    }
    expect(await nodes.setState({ id: 999, state: "draining" })).toBe(false);
  });
}
