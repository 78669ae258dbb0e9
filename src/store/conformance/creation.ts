import { expect, test } from "vitest";
import type { TaskSpec } from "../store.ts";
import { addNode, addTask, addUser, claim, newTask } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

const hourMs = 3_600_000;

export function creationConformance(current: Current): void {
  test("the answer is the whole task, and it is what find answers", async () => {
    const ann = await addUser(current.store, "ann");
    const spec: TaskSpec = {
      program: { kind: "script", body: "echo 'ünï' \"quoted\"\n\ttrue\n", interpreter: "/bin/bash -e" },
      cwd: "/tmp",
      env: { A: "1", __proto: "x", EMPTY: "" },
      stdin: "line\n",
      timeoutMs: 1500,
      killGraceMs: 0,
      retry: {
        attempts: 4,
        backoff: "exponential",
        delayMs: 500,
        maxDelayMs: 60_000,
        jitter: 0.5,
        on: ["failed", "lost"],
      },
      limits: {
        memoryBytes: 1_048_576,
        cpuSeconds: 3,
        processes: 10,
        openFiles: 64,
        nice: 5,
        outputBytes: 1_000_000,
      },
      sandbox: "strict",
      pty: { columns: 80, rows: 24 },
      markStderr: false,
      input: true,
      node: "node-1",
      labels: ["gpu"],
    };
    const given = { name: "naïve 🚀", description: "two\nlines", spec, priority: 7, tags: ["b", "a"] };
    const task = await addTask(current.store, ann.id, { ...given, now: 1_790_000_000_123 });
    expect(task).toEqual({
      id: expect.any(Number),
      ownerId: ann.id,
      ownerName: "ann",
      ...given,
      status: "pending",
      queue: "default",
      notBefore: null,
      attempt: 0,
      nodeId: null,
      nodeName: null,
      createdAt: 1_790_000_000_123,
      updatedAt: 1_790_000_000_123,
      startedAt: null,
      completedAt: null,
      kill: null,
      outcome: null,
      exitCode: null,
      signal: null,
      reason: null,
      usage: { cpuMs: null, maxRssBytes: null, maxProcesses: null, readBytes: null, writeBytes: null },
      progress: null,
      isSuspended: false,
      limitsInForce: [],
      placement: { node: "node-1", labels: ["gpu"] },
      takesInput: true,
      maxAttempts: 4,
      outputBytes: 0,
    });
    expect(await current.store.tasks.find({ id: task.id })).toEqual(task);
    expect(await current.store.tasks.find({ id: task.id + 1 })).toBeNull();
  });

  test("priority 0 comes back as plain 0, a negative one as itself, a tag given twice once", async () => {
    const ann = await addUser(current.store);
    expect((await addTask(current.store, ann.id)).priority).toBe(0);
    expect((await addTask(current.store, ann.id, { priority: -5 })).priority).toBe(-5);
    expect((await addTask(current.store, ann.id, { tags: ["x", "x"] })).tags).toEqual(["x"]);
  });

  test("the owner's name follows the account", async () => {
    const ann = await addUser(current.store, "ann");
    const task = await addTask(current.store, ann.id);
    await current.store.users.update({ id: ann.id, username: "anna", now: 2 });
    expect((await current.store.tasks.find({ id: task.id }))?.ownerName).toBe("anna");
  });

  test("a task of nobody is refused, and tasks created at the same time are not", async () => {
    const ann = await addUser(current.store);
    const answers = await Promise.allSettled([
      addTask(current.store, ann.id),
      addTask(current.store, 999),
      addTask(current.store, ann.id),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await current.store.tasks.count({ ownerId: null })).toBe(2);
  });

  test("an idempotency key answers with the first task, or with a conflict for another body", async () => {
    const ann = await addUser(current.store, "ann");
    const bob = await addUser(current.store, "bob");
    const { tasks } = current.store;
    const idempotency = { key: "k", bodyHash: "h" };
    const first = await addTask(current.store, ann.id, { idempotency, now: 1000 });
    const again = await tasks.create(newTask(ann.id, { idempotency, now: 1000 + 24 * hourMs - 1 }));
    expect(again).toEqual({ kind: "replayed", task: first });
    const other = { key: "k", bodyHash: "other" };
    expect(await tasks.create(newTask(ann.id, { idempotency: other }))).toEqual({ kind: "conflict" });
    expect((await tasks.create(newTask(bob.id, { idempotency: other }))).kind).toBe("created");
    expect(await tasks.count({ ownerId: ann.id })).toBe(1);
  });

  test("an idempotency key is forgotten after 24 hours", async () => {
    const ann = await addUser(current.store);
    const { tasks } = current.store;
    const later = 1000 + 24 * hourMs;
    await addTask(current.store, ann.id, { idempotency: { key: "k", bodyHash: "h" }, now: 1000 });
    const idempotency = { key: "k", bodyHash: "new" };
    const second = await addTask(current.store, ann.id, { idempotency, now: later });
    expect(await tasks.create(newTask(ann.id, { idempotency, now: later + 1 }))).toEqual({
      kind: "replayed",
      task: second,
    });
  });

  test("the same key twenty times at once, from two stores, makes one task", async () => {
    const ann = await addUser(current.store);
    const other = await current.reopen();
    const task = newTask(ann.id, { idempotency: { key: "k", bodyHash: "h" } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? current.store : other).tasks.create(task)),
    );
    expect(answers.filter((answer) => answer.kind === "created")).toHaveLength(1);
    expect(answers.filter((answer) => answer.kind === "replayed")).toHaveLength(19);
    expect(await current.store.tasks.count({ ownerId: null })).toBe(1);
  });

  test("name and description can be edited in any status, and a search finds the new ones", async () => {
    const ann = await addUser(current.store);
    const { tasks } = current.store;
    const task = await addTask(current.store, ann.id, { name: "old", description: "first", command: "make all" });
    const running = await claim(current.store, task.id, await addNode(current.store));
    const renamed = await tasks.edit({ id: task.id, name: "Fresh", now: 3000 });
    expect(renamed).toEqual({ ...running, name: "Fresh", updatedAt: 3000 });
    const described = await tasks.edit({ id: task.id, description: "second", now: 3001 });
    expect(described).toEqual({ ...renamed, description: "second", updatedAt: 3001 });
    expect(await tasks.find({ id: task.id })).toEqual(described);
    for (const [text, count] of [
      ["fresh", 1],
      ["second", 1],
      ["make", 1],
      ["old", 0],
      ["first", 0],
    ] as const) {
      expect(await tasks.count({ ownerId: null, text }), text).toBe(count);
    }
    expect(await tasks.edit({ id: 999, name: "x", now: 1 })).toBeNull();
  });
}
