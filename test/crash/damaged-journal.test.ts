import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { isLong } from "../support/form.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, Watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * The journal a dead server left is cut inside a record, ends in zeros, or is garbage. The next one tells what it can know
 * and nothing else: what runs is never called ended, nothing is started twice, and what nobody can know is `unknown`.
 */
const shells = installedShells().filter((shell) => shell.name === "bash" || shell.name === "dash");
const everyNth = isLong ? 1 : 9;

it.each(shells)("tells no end from a record cut at any byte, and goes on with what runs (on $name)", async (shell) => {
  const { bench, running, over } = await leaveOneRunning(testBench(shell), "exit 137");
  const whole = readFileSync(journalPath(bench), "latin1");
  const start = whole.lastIndexOf("\nx ") + 1;
  const pid = pidOf(bench, running);
  for (let length = start; length < whole.length; length += everyNth) {
    for (const tail of ["", "\0".repeat(whole.length - length)]) {
      leaveJournal(bench, whole.slice(0, length) + tail);
      await inNewLife(bench, async (watched) => {
        await watched.supervisor.adopt([running, over]);
        expect((await watched.endOf(over)).how).toEqual({ kind: "unknown" });
        expect(watched.started.get(running.key)?.pid).toBe(pid);
        expect(watched.endings).toHaveLength(1);
      });
    }
  }
  expect(bench.lines("ran").sort()).toEqual([running.key, over.key].sort());

  // What runs writes its end behind the damage.
  await inNewLife(bench, async (watched) => {
    await watched.supervisor.adopt([running, over]);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(running)).how).toEqual({ kind: "exited", code: 143 });
  });
});

it.each(shells)(
  "says exactly how it ended when nothing was cut but the launcher's record (on $name)",
  async (shell) => {
    const { bench, running, over } = await leaveOneRunning(testBench(shell), "exit 137");
    const whole = readFileSync(journalPath(bench), "latin1");
    const line = /\nl .* \./.exec(whole)?.[0] ?? "";
    for (let length = 1; length < line.length; length += everyNth) {
      leaveJournal(bench, whole.replace(line, line.slice(0, length)));
      await inNewLife(bench, async (watched) => {
        await watched.supervisor.adopt([running, over]);
        expect((await watched.endOf(over)).how).toEqual({ kind: "exited", code: 137 });
        expect(watched.endings).toHaveLength(1);
      });
    }
  },
);

it("does not need the FIFO of the life before", async () => {
  const { bench, running, over } = await leaveOneRunning(testBench(shells[0] as (typeof shells)[0]), "exit 3");
  rmSync(join(bench.nodeDirectory, "ctl.1"), { force: true });
  await inNewLife(bench, async (watched) => {
    await watched.supervisor.adopt([running, over]);
    expect((await watched.endOf(over)).how).toEqual({ kind: "exited", code: 3 });
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(running)).how).toEqual({ kind: "exited", code: 143 });
  });
});

const damages: Readonly<Record<string, (whole: string) => string>> = {
  "is empty": () => "",
  "is all zeros": (whole) => "\0".repeat(whole.length),
  "is garbage": (whole) => whole.replaceAll(/[a-z]/g, "\xfe"),
  "lost its first line": (whole) => whole.slice(whole.indexOf("\n") + 1),
  "lost half of its first line": (whole) => whole.slice(0, 20) + whole.slice(whole.indexOf("\n")),
};

it.each(Object.keys(damages))("starts nothing a second time when the journal %s", async (name) => {
  const { bench, running, over } = await leaveOneRunning(testBench(shells[0] as (typeof shells)[0]), "exit 3");
  const whole = readFileSync(journalPath(bench), "latin1");
  leaveJournal(bench, damages[name]?.(whole) ?? "");
  await inNewLife(bench, async (watched) => {
    await watched.supervisor.adopt([running, over]);
    const ends = new Map(watched.endings.map((ending) => [ending.key, ending.how]));
    expect(["exited", "unknown", "lost"]).toContain(ends.get(over.key)?.kind);
    // The machine did not restart, and nobody may say so.
    expect([...ends.values()]).not.toContainEqual({ kind: "lost", cause: "restart" });
  });
  expect(bench.lines("ran").sort()).toEqual([running.key, over.key].sort());
});

/** One attempt that is over and one that runs, in a life that was killed. The end is the last record. */
async function leaveOneRunning(bench: Bench, end: string) {
  const running = orderThatWaits(bench);
  const over = bench.order(`until [ -e ran ]; do sleep 0.01; done; echo "$UTM_RUN" >>ran; ${end}`);
  await liveAndDie(bench, [running, over], async () => {
    await waitFor("both to have begun", () => bench.lines("ran").length === 2);
    await waitFor("one end", () => recordsOf(bench, "x").length === 1);
  });
  return { bench, running, over };
}

function orderThatWaits(bench: Bench): AttemptOrder {
  return bench.order('echo "$UTM_RUN" >>ran; while [ ! -e go ]; do sleep 0.03; done; exit 143');
}

function pidOf(bench: Bench, order: AttemptOrder): number {
  return Number(recordsOf(bench, "p").find(([key]) => key === order.key)?.[1]);
}

function journalPath(bench: Bench): string {
  return join(bench.nodeDirectory, "journal.1");
}

function leaveJournal(bench: Bench, text: string): void {
  writeFileSync(journalPath(bench), Buffer.from(text, "latin1"));
}

async function inNewLife(bench: Bench, live: (watched: Watch) => Promise<void>): Promise<void> {
  const watched = new Watch(bench, {});
  try {
    await live(watched);
  } finally {
    watched.supervisor.close();
  }
}
