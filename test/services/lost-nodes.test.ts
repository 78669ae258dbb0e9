import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLog } from "../../src/log/log.ts";
import { createLostNodes } from "../../src/services/lost-nodes.ts";
import { addRunning, addUser } from "../../src/store/conformance/sample.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { testDirectory } from "../support/directory.ts";
import { waitFor } from "../support/wait-for.ts";

/** A node is called lost by a server that could have seen it live, and by no other. */
const leaseMs = 30_000;
let store: Store;
let nodeId: number;
let isDatabaseAway: boolean;
let uptimeMs: number;
let lost: number[];

beforeEach(async () => {
  store = await openStore({ databaseUrl: `sqlite:${join(testDirectory(), "record.db")}` });
  onTestFinished(() => store.close());
  const self = { key: "key", name: "node-1", host: "", slots: 4, labels: [], lanes: null, version: "1" };
  const answer = await store.nodes.register({ ...self, leaseMs: 1 });
  nodeId = answer.kind === "registered" ? answer.node.id : 0;
  const ann = await addUser(store, "ann");
  await addRunning(store, ann.id, nodeId);
  await waitFor("its lease to be over", async () => ((await store.nodes.find({ id: nodeId }))?.aliveForMs ?? 1) < 0);
  isDatabaseAway = false;
  uptimeMs = 1_000_000;
  lost = [];
});

function service() {
  const list = () => (isDatabaseAway ? Promise.reject(new Error("away")) : store.nodes.list());
  return createLostNodes({
    store: { attempts: store.attempts, nodes: { ...store.nodes, list } },
    log: createLog("silent"),
    clock: Date.now,
    uptimeMs: () => uptimeMs,
    ...{ leaseMs, graceMs: 0, ownNodeId: () => null },
    onLost: ({ taskId }) => lost.push(taskId),
  });
}

/** Rounds as they would come, for so long. */
async function rounds(lostNodes: ReturnType<typeof service>, forMs: number): Promise<void> {
  for (const until = uptimeMs + forMs; uptimeMs < until; uptimeMs += 5000) {
    await lostNodes.runOnce().catch(() => undefined);
  }
}

describe("a silent node", () => {
  it("is called lost after it was looked for as long as a lease is", async () => {
    const lostNodes = service();
    await rounds(lostNodes, leaseMs);
    expect(lost).toEqual([]);
    await rounds(lostNodes, 5000);
    expect(lost).toHaveLength(1);
  });

  it("is not called lost by a server that comes back with the database", async () => {
    const lostNodes = service();
    await rounds(lostNodes, leaseMs);
    isDatabaseAway = true;
    await rounds(lostNodes, 600_000);
    isDatabaseAway = false;
    await rounds(lostNodes, leaseMs);
    expect(lost).toEqual([]);
    expect(await store.nodes.heartbeat({ id: nodeId, leaseMs: 60_000 })).toBe("active");
    await rounds(lostNodes, 60_000);
    expect(lost).toEqual([]);
  });

  it("is not called lost by a server that was stopped itself", async () => {
    const lostNodes = service();
    await rounds(lostNodes, leaseMs);
    uptimeMs += 600_000;
    await rounds(lostNodes, leaseMs);
    expect(lost).toEqual([]);
    await rounds(lostNodes, 5000);
    expect(lost).toHaveLength(1);
  });
});
