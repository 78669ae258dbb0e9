import { expect, test } from "vitest";
import { StoreUnavailable } from "../store.ts";
import { addTask, addUser } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function transactionsConformance(current: Current): void {
  test("what is done through a transaction happens wholly, and its answer is the body's", async () => {
    const id = await current.store.transaction(async (store) => {
      const ann = await addUser(store, "ann");
      const task = await addTask(store, ann.id);
      expect(await store.tasks.find({ id: task.id })).toEqual(task);
      expect(await current.store.tasks.find({ id: task.id })).toBeNull();
      return task.id;
    });
    expect(await current.store.tasks.find({ id })).not.toBeNull();
  });

  test("the database's clock tells the time in milliseconds, also within a transaction", async () => {
    const inside = await current.store.transaction((store) => store.now());
    for (const now of [inside, await current.store.now()]) {
      expect(Number.isInteger(now)).toBe(true);
      // Databases of these tests run on this machine or one that goes by the same time.
      expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    }
  });

  test("a body that throws undoes everything, and the error is its own", async () => {
    const body = current.store.transaction(async (store) => {
      const ann = await addUser(store, "ann");
      await addTask(store, ann.id, { tags: ["x"] });
      throw new Error("Changed my mind.");
    });
    await expect(body).rejects.toThrow("Changed my mind.");
    expect(await current.store.users.count()).toBe(0);
    expect(await current.store.tasks.count({ ownerId: null, tag: "x" })).toBe(0);
    await addUser(current.store, "ann");
  });

  test("a transaction inside a transaction is part of it", async () => {
    const body = current.store.transaction(async (store) => {
      await store.transaction((inner) => addUser(inner, "ann"));
      expect(await store.users.count()).toBe(1);
      throw new Error("All of it.");
    });
    await expect(body).rejects.toThrow("All of it.");
    expect(await current.store.users.count()).toBe(0);
  });

  test("a write of the outer store inside a transaction throws instead of waiting for ever", async () => {
    const body = current.store.transaction(async () => addUser(current.store, "ann"));
    await expect(body).rejects.toThrow("Inside a transaction, use the store its body was given");
    const nested = current.store.transaction(() => current.store.transaction((inner) => addUser(inner, "ann")));
    await expect(nested).rejects.toThrow("Inside a transaction, use the store its body was given");
    await addUser(current.store, "bob");
  });

  test("the store of a transaction is of no use after its end", async () => {
    const leaked = await current.store.transaction(async (store) => store);
    await expect(addUser(leaked, "ann")).rejects.toThrow();
    expect(await current.store.users.count()).toBe(0);
  });

  test("transactions and writes of several stores at once all come through", async () => {
    const ann = await addUser(current.store, "ann");
    const other = await current.reopen();
    const work: Promise<unknown>[] = [];
    for (let index = 0; index < 30; index += 1) {
      const store = index % 2 === 0 ? current.store : other;
      work.push(addTask(store, ann.id));
      work.push(
        store.transaction(async (inner) => {
          await addTask(inner, ann.id);
          await addTask(inner, ann.id);
        }),
      );
    }
    await Promise.all(work);
    expect(await current.store.tasks.count({ ownerId: ann.id })).toBe(90);
  });

  test("a second store sees what was answered, and so does one opened later", async () => {
    const other = await current.reopen();
    const ann = await addUser(current.store, "ann");
    const task = await addTask(current.store, ann.id);
    expect(await other.tasks.find({ id: task.id })).toEqual(task);
    await current.store.close();
    const later = await current.reopen();
    expect(await later.tasks.find({ id: task.id })).toEqual(task);
  });

  test("closing lets writes that were asked finish, refuses new ones, and may be repeated", async () => {
    const ann = await addUser(current.store, "ann");
    const asked = Array.from({ length: 10 }, () => addTask(current.store, ann.id));
    const closed = current.store.close();
    await expect(addTask(current.store, ann.id)).rejects.toThrow(StoreUnavailable);
    await Promise.all([closed, current.store.close()]);
    expect(await Promise.all(asked)).toHaveLength(10);
    const later = await current.reopen();
    expect(await later.tasks.count({ ownerId: null })).toBe(10);
  });

  test("a healthy database passes the check, inside a transaction too", async () => {
    await current.store.check();
    await current.store.transaction((store) => store.check());
    expect(current.store.description).not.toBe("");
  });
}
