import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import { type Limits, noLimits } from "../../src/supervise/order.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, type Watch, watch } from "../support/supervision.ts";

/** A limit that is ordered is in force, and one that cannot be is not passed over. */
const exited = (code: number): How => ({ kind: "exited", code });

async function run(bench: Bench, watched: Watch, command: string, limits: Partial<Limits>) {
  const order = watched.start(bench.order(command, { limits: { ...noLimits, ...limits } }));
  return { how: (await watched.endOf(order)).how, output: bench.output(order).trim() };
}

const isRoot = process.getuid?.() === 0;

describe.each(installedShells())("on $name", (shell) => {
  it("ends a process by SIGXCPU at its limit of processor time", async () => {
    const bench = testBench(shell);
    const { how } = await run(bench, watch(bench), "while :; do :; done", { cpuSeconds: 1 });
    expect(how).toEqual({ kind: "signalled", signal: "SIGXCPU" });
  });

  it("sets soft and hard limits as ordered, and none that are not", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const show = "ulimit -S -t; ulimit -H -t; ulimit -S -n; ulimit -H -n";
    expect((await run(bench, watched, show, { cpuSeconds: 100, openFiles: 77 })).output).toBe("100\n105\n77\n77");
    const own = readFileSync("/proc/self/limits", "utf8");
    const { output } = await run(bench, watched, "cat /proc/self/limits", {});
    const hard = (text: string, name: string) => new RegExp(`^${name}\\s+\\S+\\s+(\\S+)`, "m").exec(text)?.[1];
    for (const name of ["Max cpu time", "Max open files", "Max processes", "Max locked memory"]) {
      expect([name, hard(output, name)]).toEqual([name, hard(own, name)]);
    }
  });

  it("refuses a limit the machine does not allow, and starts nothing", async () => {
    const bench = testBench(shell);
    const { how, output } = await run(bench, watch(bench), "echo ran", { openFiles: 2_000_000_000 });
    expect([how, output]).toEqual([{ kind: "not_started", problem: "limit-files" }, ""]);
  });

  it("adds to the niceness; takes from it where that is allowed, and says where it is not", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
    const show = "read -r stat </proc/self/stat; set -- ${stat##*)}; echo ${17}";
    const own = Number((await run(bench, watched, show, {})).output);
    expect(Number((await run(bench, watched, show, { nice: 3 })).output)).toBe(own + 3);
    const lowered = await run(bench, watched, show, { nice: -2 });
    expect(lowered).toEqual(
      isRoot
        ? { how: exited(0), output: String(own - 2) }
        : { how: { kind: "not_started", problem: "limit-nice" }, output: "" },
    );
  });

  it("gives the memory of an attempt up before that of what watches it", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
    const { output } = await run(bench, watched, "cat /proc/self/oom_score_adj /proc/$PPID/oom_score_adj", {});
    const [attempt, shim] = output.split("\n").map(Number);
    expect(attempt).toBe(Math.min(own + 300, 1000));
    expect(shim).toBeLessThanOrEqual(own);
  });
});
