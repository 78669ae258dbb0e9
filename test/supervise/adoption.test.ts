import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { liveAndDie, recordsOf, startEarlierLife } from "../support/earlier-life.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * A supervisor is killed with kill -9 at a chosen moment, and a new one takes over. Nothing may be lost, nothing may run
 * twice, and every end must be told exactly.
 */
const exited = (code: number): How => ({ kind: "exited", code });
const signalled = (signal: string): How => ({ kind: "signalled", signal });

/** Waits for a file of the test, saying when it began to wait. */
const untilGo = "echo begun; while [ ! -e go ]; do sleep 0.03; done";

const endings: Readonly<Record<string, How>> = {
  "exit 0": exited(0),
  "exit 3": exited(3),
  "exit 137": exited(137),
  "exit 255": exited(255),
  "kill -KILL $$": signalled("SIGKILL"),
  "kill -TERM $$": signalled("SIGTERM"),
  "kill -SEGV $$": signalled("SIGSEGV"),
};

describe.each(installedShells())("on $name", (shell) => {
  it("removes the files of attempts whose end is in the record already, and no others", async () => {
    const bench = testBench(shell);
    const recorded = bench.order("cat", { stdin: "text" });
    const running = bench.order(`${untilGo}; exit 3`, { stdin: "text" });
    await liveAndDie(bench, [recorded, running], async () => {
      await allBegun(bench, [running]);
      await waitFor("the end of the other", () => recordsOf(bench, "x").length === 1);
    });
    // Its end was forced, so it may have been stopped.
    writeFileSync(join(bench.nodeDirectory, "stopped", recorded.key), "");
    const watched = watch(bench);
    const filesOf = (folder: string) => readdirSync(join(bench.nodeDirectory, folder));
    expect(filesOf("files")).toContain(`${recorded.key}.stdin`);
    await watched.supervisor.adopt([running]);
    expect([filesOf("files"), filesOf("stopped")]).toEqual([[`${running.key}.stdin`], []]);
    writeFileSync(bench.path("go"), "");
    await watched.endOf(running);
  });

  it("adopts what runs: exact ends, complete output, the same processes", async () => {
    const bench = testBench(shell);
    const orders = ordersThatWait(bench);
    const numbers = "i=0; while [ ! -e go ]; do i=$((i+1)); echo line $i; sleep 0.01; done; echo last $i";
    const writer = bench.order(numbers);
    await liveAndDie(bench, [...orders, writer], async () => {
      await allBegun(bench, orders);
      await waitFor("ten lines", () => bench.lines("8.out").length > 10);
    });
    const before = recordsOf(bench, "p");

    const watched = watch(bench);
    await watched.supervisor.adopt([...orders, writer]);
    expect(recordsOf(bench, "p", 1)).toEqual(before);
    const linesAtAdoption = bench.lines("8.out").length;
    await waitFor("more lines", () => bench.lines("8.out").length > linesAtAdoption);
    writeFileSync(bench.path("go"), "");

    expect(await toldBy(watched, orders)).toEqual(endings);
    await watched.endOf(writer);
    const lines = bench.output(writer).trimEnd().split("\n");
    const count = lines.length - 1;
    const expected = Array.from({ length: count }, (_, index) => `line ${index + 1}`);
    expect(lines).toEqual([...expected, `last ${count}`]);
    expect(watched.endings).toHaveLength(orders.length + 1);
    for (const [key = "", pid = ""] of before) {
      expect(watched.started.get(key)).toMatchObject({ pid: Number(pid), isOfEarlierLife: true });
    }
  });

  it("tells the end of what ended while nobody watched, and when that was", async () => {
    const bench = testBench(shell);
    const orders = ordersThatWait(bench);
    await liveAndDie(bench, orders, () => allBegun(bench, orders));
    writeFileSync(bench.path("go"), "");
    await waitFor("all ends in the journal", () => recordsOf(bench, "x").length === orders.length);
    const allOverMs = Date.now();
    await waitFor("the clock to go on", () => Date.now() > allOverMs + 150);

    const watched = watch(bench);
    await watched.supervisor.adopt(orders);
    // Told by adopt itself, with nothing to wait for.
    expect(watched.endings).toHaveLength(orders.length);
    expect(await toldBy(watched, orders)).toEqual(endings);
    for (const ending of watched.endings) {
      // Shells without a finer clock count in hundredths of a second.
      expect(ending.endedAtMs).toBeLessThanOrEqual(allOverMs + 20);
    }
  });

  it("starts nothing a second time when it took seconds to learn what to adopt", async () => {
    const bench = testBench(shell);
    const order = bench.order(`echo "$UTM_RUN" >>begun; ${untilGo}; exit 8`);
    await liveAndDie(bench, [order], () => waitFor("it to begin", () => bench.lines("begun").length === 1));
    const pid = Number(recordsOf(bench, "p")[0]?.[1]);
    const watched = watch(bench);
    const createdMs = performance.now();
    await waitFor("more than a tick to pass", () => performance.now() > createdMs + 1200);
    await watched.supervisor.adopt([order]);
    expect(watched.started.get(order.key)?.pid).toBe(pid);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual(exited(8));
    expect(bench.lines("begun")).toEqual([order.key]);
  });

  it.each([0, 1, 7, 25])("starts exactly once what was ordered when %i had begun", async (count) => {
    const bench = testBench(shell);
    const orders = Array.from({ length: 40 }, () => bench.order('echo "$UTM_RUN" >>begun; exit 6'));
    const life = startEarlierLife(bench, orders);
    await life.ordered;
    await waitFor(`${count} to begin`, () => bench.lines("begun").length >= count);
    await life.kill();

    const watched = watch(bench);
    const unknownToTheLauncher = bench.order('echo "$UTM_RUN" >>begun; exit 6');
    const all = [...orders, unknownToTheLauncher];
    await watched.supervisor.adopt(all);
    for (const order of all) {
      expect((await watched.endOf(order)).how).toEqual(exited(6));
    }
    expect(bench.lines("begun").sort()).toEqual(all.map((order) => order.key).sort());
    expect(watched.started.get(unknownToTheLauncher.key)?.isOfEarlierLife).toBe(false);
  });
});

function ordersThatWait(bench: Bench): AttemptOrder[] {
  return Object.keys(endings).map((command) => bench.order(`${untilGo}; ${command}`));
}

async function allBegun(bench: Bench, orders: readonly AttemptOrder[]): Promise<void> {
  for (const order of orders) {
    await waitFor(`${order.key} to begin`, () => bench.lines(`${order.key.split(".")[0]}.out`).length > 0);
  }
}

/** How each of the orders made from `endings` ended, by the command's last part. */
async function toldBy(watched: Watch, orders: readonly AttemptOrder[]): Promise<Record<string, How>> {
  const told: Record<string, How> = {};
  for (const [index, command] of Object.keys(endings).entries()) {
    told[command] = (await watched.endOf(orders[index] as AttemptOrder)).how;
  }
  return told;
}
