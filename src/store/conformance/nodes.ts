import { expect, test } from "vitest";
import type { Current } from "./store-conformance.ts";

export function nodesConformance(current: Current): void {
  const said = { key: "k", name: "first", slots: 4, version: "1.0.0", leaseUntil: 50, now: 10 };

  test("a node known by its key keeps its id and what was said first", async () => {
    const { nodes } = current.store;
    const node = await nodes.register(said);
    expect(node).toEqual({
      id: expect.any(Number),
      key: "k",
      name: "first",
      slots: 4,
      version: "1.0.0",
      registeredAt: 10,
      seenAt: 10,
      leaseUntil: 50,
    });
    const again = await nodes.register({
      ...said,
      name: "renamed",
      slots: 8,
      version: "1.1.0",
      leaseUntil: 90,
      now: 40,
    });
    expect(again).toEqual({
      ...node,
      name: "renamed",
      slots: 8,
      version: "1.1.0",
      seenAt: 40,
      leaseUntil: 90,
    });
    const other = await nodes.register({ ...said, key: "other" });
    expect(await nodes.list()).toEqual([again, other]);
  });

  test("a heartbeat renews the lease of a known node", async () => {
    const { nodes } = current.store;
    const node = await nodes.register(said);
    expect(await nodes.heartbeat({ id: node.id, leaseUntil: 99, now: 60 })).toBe(true);
    expect(await nodes.list()).toEqual([{ ...node, leaseUntil: 99, seenAt: 60 }]);
    expect(await nodes.heartbeat({ id: node.id + 1, leaseUntil: 99, now: 60 })).toBe(false);
  });

  test("there is a default queue, open and without a limit", async () => {
    const { queues } = current.store;
    const standard = { name: "default", slots: null, isPaused: false };
    expect(await queues.list()).toEqual([standard]);
    expect(await queues.find({ name: "default" })).toEqual(standard);
    expect(await queues.find({ name: "other" })).toBeNull();
  });
}
