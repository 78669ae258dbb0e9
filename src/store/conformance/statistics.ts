import { beforeEach, expect, test } from "vitest";
import type { EndedGroup } from "../statistics.ts";
import type { AttemptEnd } from "../store.ts";
import { addNode, addRunning, addTask, addUser, anEnd, claim, hand } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function statisticsConformance(current: Current): void {
  let ann = 0;
  let bob = 0;
  let node = 0;
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
    bob = (await addUser(current.store, "bob")).id;
    node = await addNode(current.store);
  });

  async function addEnded(ownerId: number, given: Partial<AttemptEnd>): Promise<number> {
    const key = await addRunning(current.store, ownerId, node);
    await current.store.attempts.finish(anEnd(key, given));
    return key.taskId;
  }

  /** The groups of a time in an order of their own. */
  async function ended(from: number, before: number, ownerId: number | null = null): Promise<EndedGroup[]> {
    const groups = await current.store.statistics.ended({ ownerId, from, before });
    const name = ({ status, ran }: EndedGroup) => `${status} ${String(ran?.leastMs ?? "").padStart(15, "0")}`;
    return groups.sort((one, other) => (name(one) < name(other) ? -1 : 1));
  }

  test("what is pending is counted per queue, with what waits for its time and the first of the others", async () => {
    const { tasks, statistics } = current.store;
    expect(await statistics.pending({ ownerId: null })).toEqual([]);
    const first = await addTask(current.store, ann, { now: 100 });
    await addTask(current.store, bob, { now: 200, priority: 5 });
    await addTask(current.store, ann, { now: 300, notBefore: 9000 });
    await addTask(current.store, bob, { now: 300, queue: "slow", notBefore: 9000 });
    const handed = await addTask(current.store, ann, { now: 400, queue: "quick" });
    await hand(current.store, [handed.id]);
    const running = await addTask(current.store, ann, { now: 50 });
    await claim(current.store, running.id, node);
    const all = [
      { queue: "default", count: 3, delayed: 1, oldest: { id: first.id, since: 100 } },
      { queue: "quick", count: 1, delayed: 0, oldest: { id: handed.id, since: 400 } },
      { queue: "slow", count: 1, delayed: 1, oldest: null },
    ];
    expect(await statistics.pending({ ownerId: null })).toEqual(all);
    expect(await statistics.pending({ ownerId: bob })).toEqual([
      { queue: "default", count: 1, delayed: 0, oldest: { id: first.id + 1, since: 200 } },
      { queue: "slow", count: 1, delayed: 1, oldest: null },
    ]);
    await tasks.promoteDue({ now: 9000 });
    expect((await statistics.pending({ ownerId: bob }))[1]?.oldest?.since).toBe(9000);
  });

  test("what ended in a time is counted by how it ended, with the least and the most it ran", async () => {
    await addEnded(ann, { startedAt: 1000, endedAt: 2000 });
    await addEnded(bob, { startedAt: 1000, endedAt: 2010 });
    await addEnded(ann, { startedAt: 1000, endedAt: 9_000_000_000 });
    await addEnded(ann, { status: "failed", outcome: "timed_out", startedAt: 1000, endedAt: 2500 });
    await addEnded(ann, { status: "failed", outcome: "spawn_failed", startedAt: null, endedAt: 2999 });
    await addEnded(ann, { startedAt: 1500, endedAt: 3000 });
    const completed = { status: "completed", outcome: "exited" };
    expect(await ended(2000, 3000)).toEqual([
      { ...completed, count: 2, ran: { leastMs: 1000, mostMs: 1010 } },
      { status: "failed", outcome: "spawn_failed", count: 1, ran: null },
      { status: "failed", outcome: "timed_out", count: 1, ran: { leastMs: 1500, mostMs: 1500 } },
    ]);
    expect(await ended(3000, 3001, ann)).toEqual([{ ...completed, count: 1, ran: { leastMs: 1500, mostMs: 1500 } }]);
    expect(await ended(0, 10_000_000_000, bob)).toHaveLength(1);
    expect(await ended(9_000_000_000, 9_000_000_001)).toMatchObject([{ ran: { leastMs: 8_999_999_000 } }]);
  });

  test("groups are narrow, and a clock that was set back makes no negative time", async () => {
    for (const ranMs of [0, 1, 2, 100, 112, 125, 5_000_000]) {
      await addEnded(ann, { startedAt: 10_000, endedAt: 10_000 + ranMs });
    }
    await addEnded(ann, { startedAt: 10_000, endedAt: 9000 });
    const groups = await ended(0, 100_000_000);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(8);
    for (const { ran } of groups) {
      const { leastMs, mostMs } = ran ?? { leastMs: Number.NaN, mostMs: Number.NaN };
      expect(leastMs).toBeGreaterThanOrEqual(0);
      expect(mostMs - leastMs).toBeLessThanOrEqual(Math.max(1, 0.1 * leastMs));
    }
  });
}
