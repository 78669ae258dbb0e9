import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openFreshSqlite } from "../store/sqlite/fresh-sqlite.ts";
import { NodeLease } from "./node-lease.ts";

const self = { key: "k", name: "n", host: "h", slots: 2, labels: [], lanes: null, version: "1" };
const leaseMs = 10_000;

let fresh: Awaited<ReturnType<typeof openFreshSqlite>>;
beforeEach(async () => {
  fresh = await openFreshSqlite();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fresh.dispose();
});

function createLease(onRegained = async () => {}, given: { key?: string; isAlone?: boolean } = {}) {
  const { key = "k", isAlone = false } = given;
  return new NodeLease({ store: fresh.store, self: { ...self, key }, leaseMs, isAlone, onRegained });
}

/** From now on so much time has gone by, whatever the wall clock says. */
function pass(ms: number): void {
  const now = performance.now() + ms;
  vi.spyOn(performance, "now").mockReturnValue(now);
}

test("it takes work once registered, and until its lease is over by a clock that nobody sets", async () => {
  const lease = createLease();
  expect([lease.node, lease.takesWork, await lease.renew()]).toEqual([null, false, false]);
  const node = await lease.register();
  expect([lease.node, lease.takesWork]).toEqual([node, true]);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
  expect(lease.takesWork).toBe(true);
  pass(leaseMs);
  expect(lease.takesWork).toBe(false);
});

test("after a lapse, what may have been given up is seen to before it takes work", async () => {
  const seen: boolean[] = [];
  const lease = createLease(async () => {
    seen.push(lease.takesWork);
  });
  await lease.register();
  expect(await lease.renew()).toBe(false);
  expect(seen).toEqual([]);
  pass(leaseMs);
  expect(await lease.renew()).toBe(true);
  expect([seen, lease.takesWork]).toEqual([[false], true]);
});

test("a renewal that took longer than the lease gives nothing", async () => {
  const lease = createLease();
  await lease.register();
  const { heartbeat } = fresh.store.nodes;
  fresh.store.nodes.heartbeat = async (node) => {
    const state = await heartbeat(node);
    pass(leaseMs);
    return state;
  };
  expect(await lease.renew()).toBe(false);
  expect(lease.takesWork).toBe(false);
});

test("an order to drain, and to go on, reaches it with the next renewal", async () => {
  const lease = createLease();
  const { id } = await lease.register();
  await fresh.store.nodes.setState({ id, state: "draining" });
  expect([await lease.renew(), lease.takesWork]).toEqual([false, false]);
  await lease.announceStop();
  expect((await fresh.store.nodes.find({ id }))?.state).toBe("draining");
  await fresh.store.nodes.setState({ id, state: "active" });
  expect([await lease.renew(), lease.takesWork]).toEqual([true, true]);
  await lease.announceStop();
  expect((await fresh.store.nodes.find({ id }))?.state).toBe("stopping");
  expect([await lease.renew(), lease.takesWork]).toEqual([false, false]);
});

test("forgotten while it was away, it is there again, unless another has its name by now", async () => {
  const regained = vi.fn(async () => {});
  const lease = createLease(regained);
  const { id } = await lease.register();
  const { nodes } = fresh.store;
  const forget = async () => {
    await nodes.heartbeat({ id, leaseMs: 0 });
    expect(await nodes.forget({ id })).toBe(true);
  };
  await forget();
  expect(await lease.renew()).toBe(false);
  expect([regained.mock.calls.length, lease.takesWork, lease.node?.id]).toEqual([1, true, id]);
  await forget();
  await nodes.register({ ...self, key: "other", leaseMs });
  await expect(lease.renew()).rejects.toThrow("another one is alive with its name n now");
  expect(lease.takesWork).toBe(false);
  await expect(createLease().register()).rejects.toThrow(/^A node named n is alive already \(on h\)\. .* in 10 s if/);
});

test("where it is alone, who has its name is an earlier life of it", async () => {
  await createLease().register();
  const lease = createLease(undefined, { key: "new", isAlone: true });
  expect(await lease.register()).toMatchObject({ key: "new", name: "n" });
});
