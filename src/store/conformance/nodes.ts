import { expect, test } from "vitest";
import { addRunning, addUser, registered } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function nodesConformance(current: Current): void {
  const said = {
    ...{ key: "k", name: "first", host: "h-1", slots: 4, version: "1.0.0" },
    labels: ["gpu"],
    lanes: ["default"],
  };

  test("a node known by its key keeps its id and what was said first", async () => {
    const { nodes } = current.store;
    const node = await registered(current.store, { ...said, leaseMs: 60_000 });
    expect(node).toEqual({
      id: expect.any(Number),
      ...said,
      state: "active",
      registeredAt: expect.any(Number),
      seenAt: node.registeredAt,
      aliveForMs: expect.any(Number),
      silentForMs: expect.any(Number),
    });
    expect(node.aliveForMs).toBeGreaterThan(50_000);
    expect(node.aliveForMs).toBeLessThanOrEqual(60_000);
    const changed = { name: "renamed", host: "h-2", slots: 8, labels: [], lanes: null, version: "1.1.0" };
    const again = await registered(current.store, { ...said, ...changed, leaseMs: 600_000 });
    expect(again).toMatchObject({ id: node.id, ...changed, registeredAt: node.registeredAt });
    expect(again.aliveForMs).toBeGreaterThan(500_000);
    const other = await registered(current.store, { ...said, key: "other" });
    const listed = await nodes.list();
    expect(listed.map(({ id, name }) => [id, name])).toEqual([
      [node.id, "renamed"],
      [other.id, "first"],
    ]);
    expect(await nodes.find({ id: other.id })).toMatchObject({ id: other.id, name: "first" });
    expect(await nodes.find({ id: 999 })).toBeNull();
  });

  test("a heartbeat renews the lease of a known node", async () => {
    const { nodes } = current.store;
    const node = await registered(current.store, { leaseMs: 0 });
    expect(node.aliveForMs).toBeLessThanOrEqual(0);
    expect(await nodes.heartbeat({ id: node.id, leaseMs: 60_000 })).toBe("active");
    expect((await nodes.find({ id: node.id }))?.aliveForMs).toBeGreaterThan(50_000);
    expect(await nodes.heartbeat({ id: node.id + 1, leaseMs: 60_000 })).toBe(false);
  });

  test("a name belongs to the node that is alive with it", async () => {
    const { nodes } = current.store;
    await registered(current.store, { ...said, leaseMs: 60_000 });
    const other = { ...said, key: "other", host: "h-2", leaseMs: 60_000 };
    expect(await nodes.register(other)).toEqual({
      kind: "name_taken",
      host: "h-1",
      aliveForMs: expect.any(Number),
    });
    await registered(current.store, { ...said, leaseMs: 0 });
    expect(await nodes.register(other)).toMatchObject({ kind: "registered" });
    expect(await nodes.list()).toHaveLength(2);
    expect(await nodes.register({ ...said, key: "third", leaseMs: 60_000, isAlone: true })).toMatchObject({
      kind: "registered",
    });
    expect((await nodes.list()).map(({ key, aliveForMs }) => [key, aliveForMs > 0])).toEqual([
      ["k", false],
      ["other", false],
      ["third", true],
    ]);
  });

  test("a node that is alive cannot be forgotten; one that is not is gone until it comes back", async () => {
    const { nodes, attempts, tasks } = current.store;
    const node = await registered(current.store, said);
    const running = await addRunning(current.store, (await addUser(current.store)).id, node.id);
    expect(await nodes.forget({ id: node.id })).toBe(false);
    await nodes.heartbeat({ id: node.id, leaseMs: 0 });
    expect(await nodes.forget({ id: node.id })).toBe(true);
    expect(await nodes.list()).toEqual([]);
    expect(await nodes.find({ id: node.id })).toBeNull();
    expect(await nodes.forget({ id: node.id })).toBe(false);
    expect(await nodes.heartbeat({ id: node.id, leaseMs: 60_000 })).toBe(false);
    expect(await nodes.setState({ id: node.id, state: "draining" })).toBe(false);
    expect(await attempts.list({ taskId: running.taskId })).toMatchObject([{ nodeId: node.id, nodeName: "first" }]);
    expect((await tasks.find({ id: running.taskId }))?.status).toBe("running");
    expect(await registered(current.store, said)).toMatchObject({ id: node.id, state: "active" });
    expect(await nodes.list()).toHaveLength(1);
  });

  test("the installation has an id that stays", async () => {
    expect(current.store.installationId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await current.reopen()).installationId).toBe(current.store.installationId);
    await current.store.transaction(async (store) => {
      expect(store.installationId).toBe(current.store.installationId);
    });
  });
}
