import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import type { Delivery, Dispatcher, Poke } from "../../src/dispatch/dispatcher.ts";
import { createLog } from "../../src/log/log.ts";
import { type Admission, createAdmission } from "../../src/services/admission.ts";
import { addTask, addUser, newTask, registered } from "../../src/store/conformance/sample.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import type { ListedTask, Store, TaskRow } from "../../src/store/store.ts";
import { testDirectory } from "../support/directory.ts";

/** Several servers of one installation, each with its own connection to the record, and the rounds they make. */
type Server = { store: Store; admission: Admission; delivered: Delivery[]; seam: FakeSeam };

class FakeSeam {
  readonly delivered: Delivery[] = [];
  readonly pokes: Poke[] = [];
  trouble: string | null = null;
  isBroken = false;
  beforeAdd = async () => {};
  readonly #listeners: ((poke: Poke) => void)[] = [];
  #recovered = () => {};

  recover(): void {
    this.trouble = null;
    this.#recovered();
  }

  hear(poke: Poke): void {
    for (const listener of this.#listeners) {
      listener(poke);
    }
  }

  get dispatcher(): Dispatcher {
    const nothing = async () => {};
    return {
      add: async (delivery) => {
        await this.beforeAdd();
        if (this.isBroken) {
          throw new Error("It cannot be carried.");
        }
        this.delivered.push(delivery);
      },
      poke: async (poke) => {
        this.pokes.push(poke);
      },
      onPoke: (callback) => this.#listeners.push(callback),
      problem: () => this.trouble,
      onRecovered: (callback) => {
        this.#recovered = callback;
      },
      counter: null,
      ...{
        remove: nothing,
        process: nothing,
        serve() {},
        slotFreed() {},
        ask: async () => null,
        onAsk() {},
        close: nothing,
      },
    };
  }
}

let file = "";
let owner = 0;
let first: Server;
beforeEach(async () => {
  file = join(testDirectory(), "utm.sqlite");
  first = await addServer();
  owner = (await addUser(first.store)).id;
});

async function addServer(given: { isAlone?: boolean; isDraining?: () => boolean } = {}): Promise<Server> {
  const store = await openSqliteStore({ file });
  const seam = new FakeSeam();
  const admission = createAdmission({
    ...{ store, dispatcher: seam.dispatcher, log: createLog("silent"), holder: randomUUID(), clock: Date.now },
    ...{ isAlone: false, isDraining: () => false },
    ...given,
  });
  onTestFinished(async () => {
    await admission.stop();
    await store.close();
  });
  return { store, admission, seam, delivered: seam.delivered };
}

const ids = (server: Server) => server.delivered.map((delivery) => delivery.taskId);

async function add(
  count: number,
  given: { node?: string; labels?: string[]; queue?: string } = {},
): Promise<TaskRow[]> {
  const { node = null, labels = [], queue = "default" } = given;
  const spec = { ...newTask(owner).spec, node, labels };
  return Promise.all(Array.from({ length: count }, () => addTask(first.store, owner, { spec, queue })));
}

/** As if the server that decides had been dead for long. */
function endLease(): void {
  change("update locks set lease_until = 1");
}

function change(sql: string): void {
  const record = new DatabaseSync(file, { timeout: 5000 });
  record.exec(sql);
  record.close();
}

async function claimHanded(store: Store, taskId: number, nodeId: number): Promise<void> {
  const claimed = await store.tasks.claim({ taskId, expectedAttempt: 0, nodeId, nonce: "n", now: Date.now() });
  expect(claimed).not.toBeNull();
}

function explain({ admission }: Server, task: TaskRow): string {
  return admission.explain(task as ListedTask, null);
}

it("one server decides, until it gives the lock back or its time is over", async () => {
  await registered(first.store, { slots: 1 });
  const second = await addServer();
  const tasks = await add(3);
  await first.admission.runOnce();
  await second.admission.runOnce();
  expect([ids(first), ids(second)]).toEqual([[tasks[0]?.id], []]);
  change("update nodes set slots = 2");
  await first.admission.stop();
  const third = await addServer();
  await third.admission.runOnce();
  expect(ids(third)).toEqual([tasks[1]?.id]);
  endLease();
  change("update nodes set slots = 3");
  const fourth = await addServer();
  await fourth.admission.runOnce();
  expect(ids(fourth)).toEqual([tasks[2]?.id]);
});

it("a server that was paused in the middle of a round hands nothing once another decides", async () => {
  await registered(first.store, { slots: 1 });
  const second = await addServer();
  await add(2);
  const { listReady } = first.store.tasks;
  // Its look at the record is over, and it is paused just before it writes.
  first.store.tasks.listReady = async (of) => {
    const ready = await listReady(of);
    endLease();
    await second.admission.runOnce();
    return ready;
  };
  await first.admission.runOnce();
  expect(ids(second)).toHaveLength(1);
  expect(ids(first)).toEqual([]);
  expect(await first.store.tasks.countHanded()).toEqual([{ queue: "default", nodeId: null, count: 1 }]);
});

it("the only server takes the lock at its start, whoever held it", async () => {
  await registered(first.store, { slots: 1 });
  await first.admission.runOnce();
  const [task] = await add(1);
  const only = await addServer({ isAlone: true });
  await only.admission.runOnce();
  expect(ids(only)).toEqual([task?.id]);
});

it("slots of queues and nodes are never exceeded by two servers that decide in turn", async () => {
  await first.store.queues.create({ name: "narrow", slots: 2 });
  const node = await registered(first.store, { slots: 9 });
  const second = await addServer();
  const narrow = await add(5, { queue: "narrow" });
  await add(3);
  const count = async (queue: string) =>
    (await first.store.tasks.countHanded()).find((handed) => handed.queue === queue)?.count ?? 0;
  const takeTurns = async () => {
    for (const server of [first, second, first]) {
      endLease();
      await server.admission.runOnce();
    }
  };
  await takeTurns();
  expect([await count("narrow"), await count("default")]).toEqual([2, 3]);
  await claimHanded(first.store, narrow[0]?.id ?? 0, node.id);
  await add(20);
  await takeTurns();
  expect([await count("narrow"), await count("default")]).toEqual([1, 7]);
});

it("a queue paused while a round reads the queues is heeded by the next, and says so", async () => {
  await registered(first.store, { slots: 9 });
  await first.admission.runOnce();
  const { list } = first.store.queues;
  first.store.queues.list = async () => {
    first.store.queues.list = list;
    const before = await list();
    await first.store.queues.update({ name: "default", isPaused: true });
    first.seam.hear({ topic: "queues" });
    return before;
  };
  first.seam.hear({ topic: "queues" });
  await first.admission.runOnce();
  const [waiting] = await add(1);
  await first.admission.runOnce();
  expect(first.delivered).toEqual([]);
  expect(explain(first, waiting as TaskRow)).toBe("The queue default is paused.");
  await first.store.queues.update({ name: "default", isPaused: false });
  first.seam.hear({ topic: "queues" });
  await first.admission.runOnce();
  expect(ids(first)).toEqual([waiting?.id]);
});

it("slots are those of living nodes that take work, each task goes where it asked to, and says why it waits", async () => {
  const gpu = await registered(first.store, { key: "g", name: "gpu-1", labels: ["gpu"], slots: 1 });
  const drained = await registered(first.store, { key: "d", name: "drained", slots: 8 });
  await first.store.nodes.setState({ id: drained.id, state: "draining" });
  await registered(first.store, { key: "s", name: "silent", slots: 8, leaseMs: 0 });
  const plain = await registered(first.store, { key: "p", name: "plain", slots: 1 });
  const [onGpu, secondOnGpu] = await add(2, { labels: ["gpu"] });
  const [onPlain] = await add(1, { node: "plain" });
  const [onDrained] = await add(1, { node: "drained" });
  const [onSilent] = await add(1, { node: "silent" });
  const [free] = await add(1);
  await first.admission.runOnce();
  expect(first.delivered.map(({ taskId, nodeId }) => [taskId, nodeId])).toEqual([
    [onGpu?.id, gpu.id],
    [onPlain?.id, plain.id],
  ]);
  const second = await addServer();
  for (const server of [first, second]) {
    await server.admission.runOnce();
    const waiting = [secondOnGpu, onDrained, onSilent, free];
    expect(waiting.map((task) => explain(server, task as TaskRow))).toEqual([
      "All slots of the nodes that can run it are in use.",
      "Node drained, which it asks for, is draining.",
      "Node silent, which it asks for, is not alive.",
      "All slots of the nodes that can run it are in use.",
    ]);
  }
});

it("tasks that wait for a node that is away hold up nobody, however many there are", async () => {
  await registered(first.store, { slots: 2 });
  await add(20, { node: "away" });
  const tasks = await add(2);
  await first.admission.runOnce();
  expect(ids(first)).toEqual(tasks.map((task) => task.id));
});

it("what the dispatcher does not take is ready again, and the round goes on", async () => {
  await registered(first.store, { slots: 2 });
  const tasks = await add(2);
  first.seam.isBroken = true;
  expect(await first.admission.runOnce()).toMatchObject({ handed: 0 });
  expect(await first.store.tasks.countHanded()).toEqual([]);
  first.seam.isBroken = false;
  expect(await first.admission.runOnce()).toMatchObject({ handed: 2 });
  expect(ids(first)).toEqual(tasks.map((task) => task.id));
});

it("while nothing can be carried it hands nothing and says so; afterwards all that was handed goes again", async () => {
  await registered(first.store, { slots: 3 });
  const tasks = await add(2);
  await first.admission.runOnce();
  first.delivered.length = 0;
  const [later] = await add(1);
  first.seam.trouble = "Redis does not answer: tasks wait until it does.";
  expect(await first.admission.runOnce()).toMatchObject({ handed: 0 });
  expect(explain(first, later as TaskRow)).toBe("Redis does not answer: tasks wait until it does.");
  first.admission.start();
  first.seam.recover();
  await expect.poll(() => ids(first).toSorted()).toEqual([...tasks, later].map((task) => task?.id));
});

it("a server that does not decide passes on what it is told, and one about to stop leaves it to another", async () => {
  await registered(first.store, { slots: 2 });
  let isDraining = false;
  const second = await addServer({ isDraining: () => isDraining });
  await second.admission.runOnce();
  await first.admission.runOnce();
  const [task] = await add(1);
  first.admission.poke();
  expect(first.seam.pokes).toEqual([{ topic: "admission" }]);
  second.admission.poke();
  expect(second.seam.pokes).toEqual([]);
  isDraining = true;
  await second.admission.runOnce();
  expect(ids(second)).toEqual([]);
  const third = await addServer();
  third.admission.start();
  await expect.poll(() => ids(third)).toEqual([task?.id]);
  const [next] = await add(1);
  third.seam.hear({ topic: "changed", taskId: next?.id ?? 0, kind: "created" });
  await expect.poll(() => ids(third)).toEqual([task?.id, next?.id]);
});
