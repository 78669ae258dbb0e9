import { describe, expect, test } from "vitest";
import { type Candidate, type FreePlace, type PickInput, pickNext } from "./pick-order.ts";

const place = (id: number, free: number, given: Partial<FreePlace> = {}): FreePlace => ({
  ...{ id, name: `node-${id}`, labels: [], lanes: null, free },
  ...given,
});
const task = (id: number, given: Partial<Candidate> = {}): Candidate => ({
  ...{ id, ownerId: 1, queue: "default", priority: 0, attempt: 0, placement: null },
  ...given,
});
const on = (node: string | null, ...labels: string[]) => ({ placement: { node, labels } });

function picks(candidates: Candidate[], places: FreePlace[], given: Partial<PickInput<Candidate>> = {}) {
  const input = { candidates, places, runningByOwner: new Map(), freeByQueue: new Map(), ...given };
  return pickNext(input).map(({ task: { id }, nodeId }) => [id, nodeId]);
}

describe("who goes first", () => {
  test("priority, then the owner with the fewest, then the older one, as far as there are slots", () => {
    const candidates = [
      task(1),
      task(2),
      task(3, { ownerId: 2 }),
      task(4, { ownerId: 2 }),
      task(5, { priority: 1 }),
      task(6),
    ];
    expect(picks(candidates, [place(1, 4)]).map(([id]) => id)).toEqual([5, 3, 1, 4]);
    const running = new Map([[2, 5]]);
    expect(picks(candidates, [place(1, 3)], { runningByOwner: running }).map(([id]) => id)).toEqual([5, 1, 2]);
    expect(picks(candidates, [place(1, 0)])).toEqual([]);
    expect(picks(candidates, [])).toEqual([]);
  });

  test("a queue gives no more than its own slots", () => {
    const candidates = [task(1, { queue: "slow" }), task(2, { queue: "slow" }), task(3)];
    const freeByQueue = new Map([["slow", 1]]);
    expect(picks(candidates, [place(1, 9)], { freeByQueue })).toEqual([
      [1, null],
      [3, null],
    ]);
  });
});

describe("where to", () => {
  test("what asks for nothing goes to any node, as many as they have slots together", () => {
    const candidates = [1, 2, 3, 4].map((id) => task(id));
    expect(picks(candidates, [place(1, 1), place(2, 2)]).map(([, nodeId]) => nodeId)).toEqual([null, null, null]);
  });

  test("what asks for a node or for labels goes there or waits, and holds up nobody", () => {
    const candidates = [
      task(1, { priority: 9, ...on("node-2") }),
      task(2, { priority: 9, ...on("node-2") }),
      task(3, on(null, "gpu")),
      task(4, on(null, "gpu", "big")),
      task(5, on("node-1", "gpu")),
      task(6),
    ];
    const places = [place(1, 2), place(2, 1), place(3, 1, { labels: ["gpu"] })];
    expect(picks(candidates, places)).toEqual([
      [1, 2],
      [3, 3],
      [6, null],
    ]);
  });

  test("a node that works for other queues takes none of it", () => {
    const places = [place(1, 1, { lanes: ["slow"] }), place(2, 1, { lanes: ["default"] })];
    expect(picks([task(1), task(2), task(3, { queue: "slow" })], places).map(([id]) => id)).toEqual([1, 3]);
    expect(picks([task(1, on("node-1"))], places)).toEqual([]);
  });

  test("the most special node is taken first: fewest queues, then fewest other labels, then most room", () => {
    const labels = ["gpu"];
    const any = place(1, 9, { labels });
    const own = place(2, 1, { labels: ["gpu", "big"], lanes: ["default"] });
    const plain = place(3, 1, { labels: ["gpu", "big"] });
    const candidates = [1, 2, 3, 4].map((id) => task(id, on(null, "gpu")));
    expect(picks(candidates, [any, plain, own]).map(([, nodeId]) => nodeId)).toEqual([2, 1, 1, 1]);
    expect(
      picks(
        candidates.slice(0, 1),
        [place(1, 1), place(2, 2)].map((p) => ({ ...p, labels })),
      ),
    ).toEqual([[1, 2]]);
  });

  test("what could go to a special node leaves the other to those that need it", () => {
    const places = [place(1, 1), place(2, 1, { lanes: ["default"] })];
    const candidates = [task(1, { priority: 1 }), task(2, { queue: "slow" })];
    expect(picks(candidates, places).map(([id]) => id)).toEqual([1, 2]);
  });
});
