import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Reading, Tally } from "./tally.ts";

const root = { pid: 10, parentPid: 9 };
const child = { pid: 11, parentPid: 10 };
const grandchild = { pid: 12, parentPid: 11 };

function reading(who: { pid: number; parentPid: number }, cpuMs: number, more: Partial<Reading> = {}): Reading {
  return { ...who, startTicks: "1", cpuMs, waitedCpuMs: 0, io: null, ...more };
}

/** Looks one after the other; answers the total after each. */
function totals(tally: Tally, looks: readonly Reading[][]): number[] {
  return looks.map((readings) => {
    tally.update(readings);
    return tally.total.cpuMs;
  });
}

describe("processor time", () => {
  const cases: { name: string; looks: Reading[][]; totals: number[] }[] = [
    {
      name: "a child that was waited for counts once, with what it used after the last look",
      looks: [[reading(root, 10), reading(child, 50)], [reading(root, 90, { waitedCpuMs: 70 })]],
      totals: [60, 90],
    },
    {
      name: "a child that no look has seen counts when it was waited for",
      looks: [[reading(root, 10)], [reading(root, 510, { waitedCpuMs: 500 })]],
      totals: [10, 510],
    },
    {
      name: "a child gone after its parent was read, and before it waited, counts once",
      looks: [
        [reading(root, 10), reading(child, 50)],
        [reading(root, 10)],
        [reading(root, 60, { waitedCpuMs: 50 })],
        [reading(root, 60, { waitedCpuMs: 50 })],
      ],
      totals: [60, 60, 60, 60],
    },
    {
      name: "a child nobody waited for keeps what was last seen, and later children count beside it",
      looks: [
        [reading(root, 10), reading(child, 50)],
        [reading(root, 10)],
        [reading(root, 10)],
        [reading(root, 40, { waitedCpuMs: 30 })],
      ],
      totals: [60, 60, 60, 90],
    },
    {
      name: "one that had lost its parent keeps what was last seen",
      looks: [[reading(root, 10), reading({ pid: 11, parentPid: 1 }, 50)], [reading(root, 20)]],
      totals: [60, 70],
    },
    {
      name: "a whole branch waited for from below counts once",
      looks: [
        [reading(root, 10), reading(child, 20), reading(grandchild, 40)],
        [reading(root, 75, { waitedCpuMs: 65 })],
      ],
      totals: [70, 75],
    },
    {
      name: "a branch whose lowest was inherited by the machine's first process counts whole",
      looks: [
        [reading(root, 10), reading(child, 20), reading(grandchild, 40)],
        [reading(root, 30, { waitedCpuMs: 20 })],
      ],
      totals: [70, 70],
    },
    {
      name: "another process with the number of one that is gone is another process",
      looks: [
        [reading(root, 10), reading(child, 50)],
        [reading(root, 60, { waitedCpuMs: 50 }), reading(child, 5, { startTicks: "2" })],
      ],
      totals: [60, 65],
    },
    { name: "all gone: the total stays", looks: [[reading(root, 10), reading(child, 50)], []], totals: [60, 60] },
  ];

  it.each(cases)("$name", ({ looks, totals: expected }) => {
    expect(totals(new Tally(null), looks)).toEqual(expected);
  });

  it("goes on after a restart: grown counters count, and what was lost meanwhile is not taken off", () => {
    const earlier = { past: { cpuMs: 100, readBytes: 0, writeBytes: 0 }, isIoLost: false };
    const total = { cpuMs: 160, readBytes: 0, writeBytes: 0 };
    // 100 of processes gone, 60 of living ones, which now have 90.
    expect(totals(new Tally({ ...earlier, total }), [[reading(root, 90)]])).toEqual([190]);
    // 30 of the 60 were of a process that is gone without anybody having waited for it.
    const again = new Tally({ ...earlier, total });
    expect(totals(again, [[reading(root, 30)], [reading(root, 40)]])).toEqual([160, 170]);
    expect(again.past.cpuMs).toBe(130);
  });
});

describe("bytes read and written", () => {
  const io = (readBytes: number) => ({ io: { readBytes, writeBytes: 2 * readBytes } });

  it("keeps the last values of a process that is gone, and of a zombie", () => {
    const tally = new Tally(null);
    tally.update([reading(root, 0, io(0)), reading({ pid: 11, parentPid: 1 }, 0, io(4096))]);
    tally.update([reading(root, 0, io(0)), reading({ pid: 11, parentPid: 1 }, 0, { io: null })]);
    expect(tally.total).toMatchObject({ readBytes: 4096, writeBytes: 8192 });
    tally.update([reading(root, 0, io(1024))]);
    expect(tally.total).toMatchObject({ readBytes: 5120, writeBytes: 10_240 });
  });

  it("is unknown while a process may not be looked at, and known again when its parent has waited for it", () => {
    const tally = new Tally(null);
    tally.update([reading(root, 0, io(0)), reading(child, 0, { io: "refused" })]);
    expect(tally.isIoKnown).toBe(false);
    tally.update([reading(root, 0, io(4096))]);
    expect(tally.isIoKnown).toBe(true);
  });

  it("stays unknown when what it did was lost with it", () => {
    const tally = new Tally(null);
    tally.update([reading(root, 0, io(0)), reading({ pid: 11, parentPid: 1 }, 0, { io: "refused" })]);
    tally.update([reading(root, 0, io(0))]);
    expect(tally.isIoKnown).toBe(false);
  });
});

/** A machine on which everything is known: what processes did, and what the kernel's counters would say. */
class Machine {
  readonly processes = new Map([[10, { ...root, own: 0, waited: 0 }]]);
  truth = 0;
  #lastPid = 10;

  pick(choice: number) {
    const all = [...this.processes.values()];
    const picked = all[choice % all.length];
    if (picked === undefined) {
      throw new Error("The root never ends here.");
    }
    return picked;
  }

  fork(choice: number): void {
    this.#lastPid += 1;
    this.processes.set(this.#lastPid, { pid: this.#lastPid, parentPid: this.pick(choice).pid, own: 0, waited: 0 });
  }

  burn(choice: number, ms: number): void {
    this.pick(choice).own += ms;
    this.truth += ms;
  }

  /** Its parent waits for it (unless it ignores its children's ends); its own children go to the first process. */
  end(choice: number, isIgnored: boolean): void {
    const { pid, parentPid, own, waited } = this.pick(choice);
    const parent = this.processes.get(parentPid);
    if (pid === root.pid) {
      return;
    }
    if (parent !== undefined && !isIgnored) {
      parent.waited += own + waited;
    }
    this.processes.delete(pid);
    for (const process of this.processes.values()) {
      process.parentPid = process.parentPid === pid ? 1 : process.parentPid;
    }
  }

  readings(): Reading[] {
    return [...this.processes.values()].map((process) =>
      reading(process, process.own + process.waited, { waitedCpuMs: process.waited }),
    );
  }
}

describe("whatever processes do", () => {
  const step = fc.record({
    kind: fc.constantFrom("fork", "burn", "end", "end", "look"),
    choice: fc.nat(50),
    ms: fc.nat(100),
    isIgnored: fc.boolean(),
  });

  it("the total never falls, is never more than was used, and never less than the living have", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const machine = new Machine();
        const tally = new Tally(null);
        let before = 0;
        for (const { kind, choice, ms, isIgnored } of steps) {
          if (kind === "fork") {
            machine.fork(choice);
          } else if (kind === "burn") {
            machine.burn(choice, ms);
          } else if (kind === "end") {
            machine.end(choice, isIgnored);
          } else {
            const readings = machine.readings();
            tally.update(readings);
            const living = readings.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
            expect(tally.total.cpuMs).toBeGreaterThanOrEqual(Math.max(before, living));
            expect(tally.total.cpuMs).toBeLessThanOrEqual(machine.truth);
            before = tally.total.cpuMs;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
