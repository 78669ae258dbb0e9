import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** What is written to a running attempt arrives once and in order, whoever dies meanwhile. */
const untilGo = (bench: Bench) => `until [ -e ${bench.path("go")} ]; do sleep 0.05; done`;
const exited = (code: number): How => ({ kind: "exited", code });

describe.each(installedShells())("on $name", (shell) => {
  it("hands over what is written while it runs, in order, and the end of input", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(
      bench.order(`cat; ${untilGo(bench)}; echo end; exit 7`, { input: true, stdin: "first\n" }),
    );
    await watched.pidOf(order);
    const writes = ["second\n", "third\n", "fourth\n"].map((text) =>
      watched.supervisor.writeInput(order.key, Buffer.from(text)),
    );
    expect(await Promise.all(writes)).toEqual([{ acceptedBytes: 7 }, { acceptedBytes: 6 }, { acceptedBytes: 7 }]);
    await waitFor("all lines to come back", () => bench.output(order) === "first\nsecond\nthird\nfourth\n");
    expect(await watched.supervisor.endInput(order.key)).toEqual({ ended: true });
    expect(await watched.supervisor.endInput(order.key)).toEqual({ refused: "ended" });
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual(exited(7));
    expect(bench.output(order)).toBe("first\nsecond\nthird\nfourth\nend\n");
    expect(await watched.supervisor.writeInput(order.key, Buffer.from("x"))).toEqual({ refused: "closed" });
  });

  it("writes a first text larger than any pipe at the reader's pace, and what is written later behind it", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const text = Array.from({ length: 60_000 }, (_, index) => `line ${index}\n`).join("");
    const command = `${untilGo(bench)}; cat`;
    const order = watched.start(bench.order(command, { input: true, stdin: text }));
    await watched.pidOf(order);
    const written = watched.supervisor.writeInput(order.key, Buffer.from("behind\n"));
    expect(await watched.supervisor.endInput("9.9.unknown")).toEqual({ refused: "closed" });
    writeFileSync(bench.path("go"), "");
    expect(await written).toEqual({ acceptedBytes: 7 });
    expect(await watched.supervisor.endInput(order.key)).toEqual({ ended: true });
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    expect(bench.output(order)).toBe(`${text}behind\n`);
  });

  it("ends the input after a first text that is still on its way", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const text = "0123456789abcdef".repeat(20_000);
    const command = `${untilGo(bench)}; cat`;
    const order = watched.start(bench.order(command, { input: true, stdin: text }));
    await watched.pidOf(order);
    expect(await watched.supervisor.endInput(order.key)).toEqual({ ended: true });
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    expect(bench.output(order)).toBe(text);
  });

  it("says how much was taken when the program does not read, and loses nothing of that", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const command = `${untilGo(bench)}; cat`;
    const order = watched.start(bench.order(command, { input: true }));
    await watched.pidOf(order);
    const bytes = Buffer.from("0123456789abcdef".repeat(20_000));
    const written = await watched.supervisor.writeInput(order.key, bytes);
    const count = "acceptedBytes" in written ? written.acceptedBytes : 0;
    expect(count).toBeGreaterThan(4000);
    expect(count).toBeLessThan(bytes.length);
    writeFileSync(bench.path("go"), "");
    expect(await watched.supervisor.writeInput(order.key, bytes.subarray(count))).toEqual({
      acceptedBytes: bytes.length - count,
    });
    await watched.supervisor.endInput(order.key);
    await watched.endOf(order);
    expect(bench.output(order)).toBe(bytes.toString());
  });

  it("refuses input to one started without, and to one that has closed it", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const without = watched.start(bench.order("sleep 60", { stdin: "text" }));
    await watched.pidOf(without);
    expect(await watched.supervisor.writeInput(without.key, Buffer.from("x"))).toEqual({ refused: "no-input" });
    expect(await watched.supervisor.endInput(without.key)).toEqual({ refused: "no-input" });
    const closing = watched.start(bench.order("exec </dev/null; echo closed; sleep 60", { input: true }));
    await waitFor("it to close its input", () => watched.started.has(closing.key) && bench.output(closing) !== "");
    expect(await watched.supervisor.writeInput(closing.key, Buffer.from("x"))).toEqual({ refused: "closed" });
  });

  it("tells the exact end of one whose input was ended or is open", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const ends: [string, How][] = [
      ["cat; exit 138", exited(138)],
      ["cat; exit 127", exited(127)],
      ["cat; kill -USR1 $$", { kind: "signalled", signal: "SIGUSR1" }],
      ["cat; kill -KILL $$", { kind: "signalled", signal: "SIGKILL" }],
    ];
    for (const [command, how] of ends) {
      const order = watched.start(bench.order(command, { input: true }));
      await watched.pidOf(order);
      await watched.supervisor.endInput(order.key);
      expect([command, (await watched.endOf(order)).how]).toEqual([command, how]);
      const open = watched.start(bench.order(command.replace("cat; ", ""), { input: true }));
      expect([command, (await watched.endOf(open)).how]).toEqual([command, how]);
    }
  });

  it("keeps the input open over the death of the server, and knows afterwards whether it was ended", async () => {
    const bench = testBench(shell);
    const text = "0123456789abcdef".repeat(10_000);
    const command = `${untilGo(bench)}; cat`;
    const open = bench.order(command, { input: true, stdin: text });
    const orders = [open, bench.order("sleep 60", { input: true })];
    await liveAndDie(bench, orders, () =>
      waitFor("both to start", () => recordsOf(bench, "p").length === orders.length),
    );
    const watched = watch(bench);
    await watched.supervisor.adopt(orders);
    await watched.supervisor.endInput(orders[1]?.key ?? "");
    writeFileSync(bench.path("go"), "");
    expect(await watched.supervisor.writeInput(open.key, Buffer.from("after"))).toEqual({ acceptedBytes: 5 });
    watched.supervisor.close();
    const later = watch(bench);
    await later.supervisor.adopt(orders);
    expect(await later.supervisor.writeInput(orders[1]?.key ?? "", Buffer.from("x"))).toEqual({ refused: "ended" });
    expect(await later.supervisor.writeInput(open.key, Buffer.from(" and more"))).toEqual({ acceptedBytes: 9 });
    expect(await later.supervisor.endInput(open.key)).toEqual({ ended: true });
    expect((await later.endOf(open)).how).toEqual(exited(0));
    expect(bench.output(open)).toBe(`${text}after and more`);
  });
});
