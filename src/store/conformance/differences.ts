import { beforeEach, expect, test } from "vitest";
import { addNode, addTask, addUser, anEnd, claim, newTask } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

/** Where databases are known to differ, and the store must not. */
export function differencesConformance(current: Current): void {
  let ann = 0;
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
  });

  test("every character comes back as it was, in short texts, long ones and tags", async () => {
    const text = "héllo 𝄞 👩‍👩‍👧 \u202e \\ ' \" % _ ` ; -- $1 ? \t\n \u{10ffff}";
    const given = { name: text, description: text.repeat(2000), tags: [text.slice(0, 40)], command: text };
    const task = await addTask(current.store, ann, given);
    expect(task).toMatchObject({ name: text, description: given.description, tags: given.tags });
    expect(await current.store.tasks.find({ id: task.id })).toEqual(task);
    for (const part of ["𝄞", "👩‍👩‍👧", "\\ '", '" % _', "$1 ?", "HÉLLO"]) {
      expect(await current.store.tasks.count({ ownerId: ann, text: part }), part).toBe(1);
    }
    expect(await current.store.tasks.count({ ownerId: ann, text: "" })).toBe(1);
    expect(await current.store.tasks.count({ ownerId: ann, tag: given.tags[0] })).toBe(1);
  });

  test("a text of several megabytes comes back whole", async () => {
    const body = "x🙂".repeat(1_000_000);
    const task = await addTask(current.store, ann, { command: body });
    expect((await current.store.tasks.find({ id: task.id }))?.spec.program).toEqual({ kind: "command", command: body });
  });

  test("what no database would look for is not found, instead of being an error", async () => {
    await addTask(current.store, ann, { tags: ["x"] });
    const odd = ["\0", "a\0b", "\ud800", "\udfff x", "'; drop table tasks; --", "\\", "!", "%", "_"];
    for (const text of odd) {
      expect(await current.store.tasks.count({ ownerId: ann, text }), JSON.stringify(text)).toBe(0);
      expect(await current.store.tasks.count({ ownerId: ann, tag: text }), JSON.stringify(text)).toBe(0);
      expect(await current.store.users.find({ username: text }), JSON.stringify(text)).toBeNull();
    }
    expect(await current.store.tasks.count({ ownerId: ann })).toBe(1);
  });

  test("a reason that holds U+0000 or half a character is recorded", async () => {
    const node = await addNode(current.store);
    const task = await addTask(current.store, ann);
    await claim(current.store, task.id, node);
    const key = { taskId: task.id, attempt: 1, nodeId: node };
    expect(await current.store.attempts.finish(anEnd(key, { reason: "No file a\0b \ud800 c." }))).toBe("over");
    await current.store.events.add([{ taskId: task.id, attempt: 1, at: 1, kind: "retry", text: "x\0y" }]);
    expect((await current.store.tasks.find({ id: task.id }))?.reason).toMatch(/^No file a.*b .* c\.$/s);
    expect(await current.store.events.list({ taskId: task.id })).toHaveLength(1);
  });

  test("names and tags are equal only when every letter, accent and space is", async () => {
    const { users, tasks } = current.store;
    const asked = { passwordHash: "hash", role: "member", status: "active", now: 1 } as const;
    for (const [index, username] of ["Ann", "ANN", "änn", "ann "].entries()) {
      expect(await users.find({ username }), username).toBeNull();
      expect(await users.create({ ...asked, username, email: `${index}@example.org` })).toMatchObject({ username });
    }
    expect(await users.count()).toBe(5);
    const tags = ["x", "X", "x ", "ẍ", " x"];
    await addTask(current.store, ann, { tags });
    for (const tag of tags) {
      expect(await tasks.count({ ownerId: ann, tag }), JSON.stringify(tag)).toBe(1);
    }
    expect(await tasks.count({ ownerId: ann, tag: "x  " })).toBe(0);
    for (const key of ["k", "K", "k "]) {
      const answer = await tasks.create(newTask(ann, { idempotency: { key, bodyHash: key } }));
      expect(answer.kind, JSON.stringify(key)).toBe("created");
    }
  });

  test("ids, counts and times are numbers, beyond 32 bits too", async () => {
    const { tasks, users } = current.store;
    const now = 2 ** 41 + 1;
    const task = await addTask(current.store, ann, { now, notBefore: now + 2 ** 42 });
    expect(task).toMatchObject({ createdAt: now, notBefore: now + 2 ** 42 });
    expect(await tasks.nextDue()).toBe(now + 2 ** 42);
    const id: unknown = task.id;
    const counts: unknown[] = [
      id,
      await tasks.count({ ownerId: null }),
      await users.count(),
      await users.countActiveAdmins(),
      ...(await tasks.countHanded()).map(({ count }) => count),
      await tasks.countAhead({ id: task.id }),
      (await tasks.countRunning()).total,
    ];
    expect(counts.map((count) => typeof count)).toEqual(counts.map(() => "number"));
  });

  test("an update that changes nothing still counts as applied", async () => {
    const node = await addNode(current.store);
    const draining = { id: node, state: "draining" } as const;
    expect(await current.store.nodes.setState(draining)).toBe(true);
    expect(await current.store.nodes.setState(draining)).toBe(true);
    const task = await addTask(current.store, ann);
    await claim(current.store, task.id, node);
    const key = { taskId: task.id, attempt: 1, nodeId: node };
    expect(await current.store.attempts.setReason({ ...key, reason: "x", now: 1 })).toBe(true);
    expect(await current.store.attempts.setReason({ ...key, reason: "x", now: 1 })).toBe(true);
  });

  test("of writes that arrive together, the one that fails undoes nothing of its neighbours", async () => {
    const { tasks } = current.store;
    const answers = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) => {
        const nobody = index % 20 === 7;
        return addTask(current.store, nobody ? 999_999 : ann, { tags: [`t${index}`] });
      }),
    );
    expect(answers.filter((answer) => answer.status === "rejected")).toHaveLength(3);
    expect(await tasks.count({ ownerId: null })).toBe(57);
    expect(await tasks.count({ ownerId: null, tag: "t7" })).toBe(0);
    expect(await tasks.count({ ownerId: null, tag: "t8" })).toBe(1);
  });

  test("three stores that hand, claim, kill and edit the same tasks at once: each step happens once", async () => {
    const stores = [current.store, await current.reopen(), await current.reopen()];
    const node = await addNode(current.store);
    const tasks = await Promise.all(Array.from({ length: 30 }, () => addTask(current.store, ann)));
    const ids = tasks.map((task) => task.id);
    const orders = [ids, [...ids].reverse(), [...ids.slice(15), ...ids.slice(0, 15)]];
    const lock = await current.store.locks.take({ name: "admission", holder: "all", leaseMs: 60_000 });
    const handed = await Promise.all(
      stores.map((store, index) => {
        const wanted = (orders[index] ?? []).map((id) => ({ id, nodeId: null }));
        return store.tasks.hand({
          tasks: wanted,
          lock: { holder: "all", term: lock?.term ?? 0, leaseMs: 60_000 },
        });
      }),
    );
    expect(handed.flatMap((part) => part ?? []).sort((a, b) => a - b)).toEqual(ids);
    const work = stores.flatMap((store, index) =>
      (orders[index] ?? []).map(async (id) => {
        const claimed = await claim(store, id, node);
        await store.tasks.edit({ id, name: `edited ${index}`, now: 3 });
        const order = { id, by: "ann", signal: "SIGTERM", graceMs: 0, now: 4 };
        const answer = await store.tasks.requestKill(order);
        return { claimed: claimed !== null, kind: answer?.kind };
      }),
    );
    const done = await Promise.all(work);
    expect(done.filter((one) => one.claimed)).toHaveLength(30);
    expect(done.every((one) => one.kind === "requested")).toBe(true);
    for (const id of ids) {
      expect(await current.store.attempts.list({ taskId: id })).toHaveLength(1);
    }
  });

  test("changes of name and description by two stores at once are both kept", async () => {
    const other = await current.reopen();
    for (let round = 0; round < 10; round += 1) {
      const { id } = await addTask(current.store, ann);
      await Promise.all([
        current.store.tasks.edit({ id, name: "new name", now: 2 }),
        other.tasks.edit({ id, description: "new words", now: 3 }),
      ]);
      const task = await other.tasks.find({ id });
      expect(task).toMatchObject({ name: "new name", description: "new words" });
    }
  });
}
