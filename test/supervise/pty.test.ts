import { describe, expect, it } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import { markerName } from "../../src/supervise/launcher/snippet.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { readCommandLine, readStat } from "../../src/supervise/processes/proc.ts";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { hasEnded } from "../support/processes.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** A program on a terminal: it is one, it takes keys, and how the program ended is as exact as without. */
const exited = (code: number): How => ({ kind: "exited", code });
const signalled = (signal: string): How => ({ kind: "signalled", signal });
const pty = { columns: 100, rows: 30 };

const ends: Readonly<Record<string, How>> = Object.fromEntries<How>([
  ...[0, 1, 125, 127, 128, 130, 137, 143, 255].map((code) => [`exit ${code}`, exited(code)] as const),
  ...["KILL", "TERM", "INT", "HUP", "SEGV", "QUIT", "USR1", "PIPE"].map(
    (name) => [`kill -${name} $$`, signalled(`SIG${name}`)] as const,
  ),
  ["kill -39 $$", signalled("SIGRTMIN+5")],
]);

async function run(bench: Bench, watched: Watch, command: string, more: Partial<AttemptOrder> = {}) {
  const order = watched.start(bench.order(command, { pty, ...more }));
  const { how } = await watched.endOf(order);
  return { how, output: bench.output(order), order };
}

// busybox has no script(1) that tells how its program ended, and no env(1) that gives it default signals.
const shells = installedShells();

describe.each(shells.filter(({ hasBusyboxTools }) => !hasBusyboxTools))("on $name", (shell) => {
  it("is a terminal of the size ordered, with a type", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const { how, output } = await run(bench, watched, "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size && echo $TERM");
    expect([how, output]).toEqual([exited(0), "30 100\r\nxterm-256color\r\n"]);
    expect((await run(bench, watched, "echo $TERM", { env: { TERM: "dumb" } })).output).toBe("dumb\r\n");
  });

  it("tells exactly how each ended", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const told: Record<string, How> = {};
    for (const command of Object.keys(ends)) {
      const { how, output } = await run(bench, watched, command);
      told[command] = how;
      expect([command, output]).toEqual([command, ""]);
    }
    expect(told).toEqual(ends);
  });

  it("tells it as well where /bin/sh is bash, too", async () => {
    const bench = testBench(shell);
    const { kind, path } = bench.launcher.shell;
    bench.launcher.shell = { ...bench.launcher.shell, inner: { kind, path } };
    const watched = watch(bench);
    const orders = Object.keys(ends).map((command) => watched.start(bench.order(command, { pty })));
    const told: How[] = [];
    for (const order of orders) {
      told.push((await watched.endOf(order)).how);
    }
    expect(told).toEqual(Object.values(ends));
  });

  it("gives every word as it is, the environment ordered, and nothing open", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const words = ["", "it's", 'a "b" $HOME `x` \\', "-n", "ü ☂", "*", "--"];
    const program = { kind: "argv" as const, argv: ["/usr/bin/printf", "<%s>", ...words] };
    const order = watched.start(bench.order(program, { pty }));
    await watched.endOf(order);
    expect(bench.output(order)).toBe(words.map((word) => `<${word}>`).join(""));
    const argv = { kind: "argv" as const, argv: ["/bin/cat", "/proc/self/environ"] };
    const env = { UID: "7", IFS: "x", VALUE: "it's $HOME", SHELL: "/no/such/shell" };
    const shown = watched.start(bench.order(argv, { pty, env }));
    await watched.endOf(shown);
    const listed = bench.output(shown).split("\0").filter(Boolean);
    const { _, ...environment } = Object.fromEntries(listed.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
    const { cwd, key } = shown;
    expect(environment).toEqual({ ...shown.env, TERM: "xterm-256color", [markerName]: key, PWD: cwd });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
    const { output } = await run(bench, watched, "for d in /proc/self/fd/?; do echo ${d##*/}; done");
    expect(output.split("\r\n").slice(0, 3)).toEqual(["0", "1", "2"]);
    expect(output).not.toMatch(/^[4-9]\r$/m);
  });

  it("takes what is typed, shows it, and ends by keys", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order("echo ready; read line; echo got $line; cat; exit 4", { pty }));
    const type = (keys: string) => watched.supervisor.writeInput(order.key, Buffer.from(keys));
    await waitFor("it to be ready", () => bench.output(order).includes("ready\r\n"));
    expect(await type("one\n")).toEqual({ acceptedBytes: 4 });
    await waitFor("its answer", () => bench.output(order) === "ready\r\none\r\ngot one\r\n");
    expect(await watched.supervisor.endInput(order.key)).toEqual({ ended: true });
    expect((await watched.endOf(order)).how).toEqual(exited(4));
    const interrupted = watched.start(
      bench.order("trap 'echo ctrl-c; exit 6' INT; echo ready; while :; do sleep 0.05; done", { pty }),
    );
    await waitFor("it to be ready", () => bench.output(interrupted).includes("ready"));
    await watched.supervisor.writeInput(interrupted.key, Buffer.from("\u0003"));
    expect((await watched.endOf(interrupted)).how).toEqual(exited(6));
    expect(bench.output(interrupted)).toContain("ctrl-c");
    const killed = watched.start(bench.order("echo ready; exec sleep 60", { pty }));
    await waitFor("it to be ready", () => bench.output(killed).includes("ready"));
    await watched.supervisor.writeInput(killed.key, Buffer.from("\u0003"));
    expect((await watched.endOf(killed)).how).toEqual(signalled("SIGINT"));
  });

  it("lets a program end in its own way when it is asked to, and keeps what it says meanwhile", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const command =
      "trap 'for i in 1 2 3 4; do echo bye $i; done; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    const order = watched.start(bench.order(command, { pty }));
    await waitFor("it to be ready", () => bench.output(order) === "ready\r\n");
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    const ending = await watched.endOf(order);
    expect([ending.how, ending.termination?.killed]).toEqual([exited(5), 0]);
    expect(bench.output(order)).toMatch(/bye 1\r\nbye 2\r\nbye 3\r\nbye 4\r\n$/);
  });

  it("does not call a program ended that outlives its terminal, and ends it with the attempt", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order("trap '' HUP; echo $$; while :; do sleep 0.05; done", { pty }));
    await waitFor("it to run", () => /\r\n$/.test(bench.output(order)));
    const program = Number(bench.output(order).trim());
    process.kill(await waitFor("script to be found", () => parentNamed(program, "script")), "SIGKILL");
    const hanging = watched.start(bench.order("echo $$; while :; do sleep 0.05; done", { pty }));
    await waitFor("it to run", () => /\r\n$/.test(bench.output(hanging)));
    const other = Number(bench.output(hanging).trim());
    process.kill(await waitFor("script to be found", () => parentNamed(other, "script")), "SIGKILL");
    expect((await watched.endOf(hanging)).how).toEqual(signalled("SIGHUP"));
    expect([hasEnded(other), hasEnded(program), watched.endings.length]).toEqual([true, false, 1]);
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    expect((await watched.endOf(order)).how).toEqual(signalled("SIGTERM"));
    expect(hasEnded(program)).toBe(true);
  });

  it("goes on over the death of the server, with its terminal", async () => {
    const bench = testBench(shell);
    const order = bench.order("echo ready; read line; echo got $line; exit 137", { pty });
    await liveAndDie(bench, [order], () =>
      waitFor("it to run", () => recordsOf(bench, "p").length === 1 && bench.output(order) !== ""),
    );
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    expect(await watched.supervisor.writeInput(order.key, Buffer.from("it\n"))).toEqual({ acceptedBytes: 3 });
    expect((await watched.endOf(order)).how).toEqual(exited(137));
    expect(bench.output(order)).toBe("ready\r\nit\r\ngot it\r\n");
  });
});

describe.each(shells.filter(({ hasBusyboxTools }) => hasBusyboxTools))("on $name", (shell) => {
  it("is refused, and starts nothing", async () => {
    const bench = testBench(shell);
    const { how, output } = await run(bench, watch(bench), "echo ran");
    expect([how, output]).toEqual([{ kind: "not_started", problem: "pty" }, ""]);
  });
});

function parentNamed(pid: number, name: string): number | null {
  for (let one = readStat(pid); one !== null && one.parentPid > 1; one = readStat(one.parentPid)) {
    if (readCommandLine(one.parentPid)?.split("\0")[0]?.endsWith(`/${name}`)) {
      return one.parentPid;
    }
  }
  return null;
}
