import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseMarks } from "../../src/output/stderr-marks.ts";
import type { How } from "../../src/supervise/ending.ts";
import { copierText } from "../../src/supervise/launcher/copier.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { liveAndDie } from "../support/earlier-life.ts";
import { endProcessesOf, hasEnded, processesOf } from "../support/processes.ts";
import { directoryAtHome, workingSandboxes } from "../support/sandbox.ts";
import { installedShells, usualPath } from "../support/shells.ts";
import { canMountDisks, fill, makeRoom, smallDisk } from "../support/small-disk.ts";
import { Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { canBeAnotherUser, makeUser } from "../support/user.ts";
import { waitFor } from "../support/wait-for.ts";

/** What a program writes to standard error is marked: every byte of it and no other, and nothing else is changed. */
const exited = (code: number): How => ({ kind: "exited", code });
const signalled = (signal: string): How => ({ kind: "signalled", signal });

const ends: Readonly<Record<string, How>> = Object.fromEntries<How>([
  ...[0, 1, 125, 127, 128, 130, 137, 143, 255].map((code) => [`exit ${code}`, exited(code)] as const),
  ...["KILL", "TERM", "INT", "HUP", "SEGV", "QUIT", "USR1", "PIPE"].map(
    (name) => [`kill -${name} $$`, signalled(`SIG${name}`)] as const,
  ),
  ["kill -39 $$", signalled("SIGRTMIN+5")],
]);

function marked(bench: Bench, program: AttemptOrder["program"] | string, more: Partial<AttemptOrder> = {}) {
  const order = bench.order(program, more);
  return { ...order, stderrMarksPath: `${order.outputPath}.stderr` };
}

/** The two streams as the marks tell them apart, and whether all of it was copied. */
function streams(order: AttemptOrder): { stdout: string; stderr: string; isWhole: boolean } {
  const output = readFileSync(order.outputPath);
  const { marks, isWhole } = parseMarks(readFileSync(order.stderrMarksPath ?? "", "latin1"));
  const found = { stdout: "", stderr: "" };
  let next = 0;
  for (const { first, last } of marks) {
    found.stdout += output.toString("latin1", next, first);
    found.stderr += output.toString("latin1", first, last + 1);
    next = last + 1;
  }
  return { stdout: found.stdout + output.toString("latin1", next), stderr: found.stderr, isWhole };
}

async function run(bench: Bench, watched: Watch, command: string, more: Partial<AttemptOrder> = {}) {
  const order = watched.start(marked(bench, command, more));
  const { how } = await watched.endOf(order, 60_000);
  return { how, order, ...streams(order) };
}

function copierOf(bench: Bench): number {
  const found = processesOf(bench.directory).find(({ command }) => /^\S*perl /.test(command));
  return found?.pid ?? 0;
}

const shells = installedShells();
const sandboxes = await workingSandboxes();
const isRoot = canBeAnotherUser("marked attempts as another user");

describe.each(shells)("on $name", (shell) => {
  it("tells the two streams apart, byte by byte", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const command =
      "echo out; echo err >&2; printf 'no end' >&2; printf '\\000\\377\\n'; sh -c 'echo child >&2'; exit 3";
    expect(await run(bench, watched, command)).toMatchObject({
      how: exited(3),
      stdout: "out\n\0\xff\n",
      stderr: "err\nno endchild\n",
      isWhole: true,
    });
  });

  it("tells exactly how each ended", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    // There, a program ignores these two unless it asks for them.
    const isIgnored = (command: string) => shell.hasBusyboxTools && /INT|QUIT/.test(command);
    const wanted = Object.fromEntries(Object.entries(ends).filter(([command]) => !isIgnored(command)));
    const commands = Object.keys(wanted);
    const orders = commands.map((command) => watched.start(marked(bench, `echo last >&2; ${command}`)));
    const endings = await Promise.all(orders.map((order) => watched.endOf(order, 60_000)));
    expect(Object.fromEntries(commands.map((command, index) => [command, endings[index]?.how]))).toEqual(wanted);
    expect(orders.map((order) => streams(order))).toEqual(
      orders.map(() => ({ stdout: "", stderr: "last\n", isWhole: true })),
    );
  });

  it("gives the program the environment and the open files of any other", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const program = { kind: "command" as const, command: "umask; ls /proc/self/fd; exec cat /proc/self/environ" };
    const [plain, order] = [bench.order(program), marked(bench, program)];
    watched.start(plain);
    watched.start(order);
    await watched.endOf(plain);
    await watched.endOf(order);
    const sorted = (output: string, key: string) =>
      output
        .replace(key, "KEY")
        .split(/[\0\n]/)
        .toSorted();
    expect(sorted(streams(order).stdout, order.key)).toEqual(sorted(bench.output(plain), plain.key));
  });

  it("loses nothing of a program that is killed while it writes", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = await watched.begin(
      marked(bench, "i=0; while :; do i=$((i+1)); echo line $i >&2; echo $i >said; done"),
    );
    await waitFor("it to have written", () => bench.lines("said").length > 0 && bench.output(order).length > 5000);
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    expect((await watched.endOf(order)).how).toEqual(signalled("SIGKILL"));
    const { stderr, stdout, isWhole } = streams(order);
    const lines = stderr.trimEnd().split("\n");
    expect([stdout, isWhole]).toEqual(["", true]);
    expect(lines).toEqual(lines.map((_, index) => `line ${index + 1}`));
    // It may have been killed between the two, or while the file was empty.
    expect(lines.length).toBeGreaterThanOrEqual(Number(bench.lines("said")[0] ?? 0));
  });

  it("keeps the last words of one that is asked to end, and lives through signals to the whole group", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const command =
      "trap 'echo bye >&2; exit 9' TERM; echo up >&2; trap : USR1 HUP INT; kill -USR1 0; kill -HUP 0; kill -INT 0; echo on >&2; while :; do sleep 0.05; done";
    const order = await watched.begin(marked(bench, command));
    await waitFor("it to be up", () => bench.output(order).includes("on"));
    watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 20_000 });
    expect((await watched.endOf(order)).how).toEqual(exited(9));
    // Some shells say of a child that it was terminated.
    const own = streams(order)
      .stderr.split("\n")
      .filter((line) => /^(up|on|bye)$/.test(line));
    expect(own).toEqual(["up", "on", "bye"]);
    expect(streams(order).isWhole).toBe(true);
  });

  it("goes on over the death of the server, and is adopted", async () => {
    const bench = testBench(shell);
    const wait = "while [ ! -e go ]; do sleep 0.03; done";
    const order = marked(bench, `echo before >&2; ${wait}; echo after >&2; exit 143`);
    await liveAndDie(bench, [order], () => waitFor("its first words", () => bench.output(order) === "before\n"));
    const watched = watch(bench);
    await watched.supervisor.adopt([order]);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual(exited(143));
    expect(streams(order)).toEqual({ stdout: "", stderr: "before\nafter\n", isWhole: true });
  });
});

const firstShell = () => testBench(shells[0] as (typeof shells)[number]);

describe("whatever it writes", () => {
  it("keeps megabytes on both at once, each in its order", async () => {
    const bench = firstShell();
    const program = "seq 1 600000 >&2 & seq 600001 1200000; wait";
    const { how, stdout, stderr, isWhole, order } = await run(bench, watch(bench), program);
    const numbers = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join("");
    expect([how, isWhole]).toEqual([exited(0), true]);
    expect(stdout === numbers(600_001, 1_200_000) && stderr === numbers(1, 600_000)).toBe(true);
    expect(statSync(order.outputPath).size).toBe(stdout.length + stderr.length);
  });

  it("reopens as /dev/stderr, and takes input", async () => {
    const bench = firstShell();
    const more = { stdin: "typed\n" };
    expect(await run(bench, watch(bench), "cat >/dev/stderr; echo out >/dev/stdout", more)).toMatchObject({
      how: exited(0),
      stdout: "out\n",
      stderr: "typed\n",
      isWhole: true,
    });
  });

  it("goes on when the program closes it, and ends when what it left behind keeps it open", async () => {
    const bench = firstShell();
    const watched = watch(bench, { leftovers: "report" });
    const closes = "echo err >&2; exec 2>&-; echo out; exit 4";
    expect(await run(bench, watched, closes)).toMatchObject({
      how: exited(4),
      stdout: "out\n",
      stderr: "err\n",
      isWhole: true,
    });
    const leaves =
      "setsid sh -c 'echo $$ >left; while :; do sleep 1; done' & while [ ! -s left ]; do :; done; echo err >&2";
    expect(await run(bench, watched, `${leaves}; exit 5`)).toMatchObject({
      how: exited(5),
      stderr: "err\n",
      isWhole: true,
    });
    expect(hasEnded(Number(bench.lines("left")[0]))).toBe(false);
  });

  it("says so when the copier was ended by force, and the end stays true", async () => {
    const bench = firstShell();
    const watched = watch(bench);
    const command = "trap '' PIPE; echo one >&2; while [ ! -e go ]; do sleep 0.03; done; echo two >&2; exit 6";
    const order = await watched.begin(marked(bench, command));
    await waitFor("its first words to be marked", () => streams(order).stderr === "one\n");
    const copier = readStat(copierOf(bench));
    expect(copier !== null && signalProcess(copier, "SIGKILL")).toBe(true);
    writeFileSync(bench.path("go"), "");
    expect((await watched.endOf(order)).how).toEqual(exited(6));
    expect(streams(order)).toEqual({ stdout: "", stderr: "one\n", isWhole: false });
  });

  it("says from which byte on nothing is marked when there were too many marks", () => {
    const bench = firstShell();
    const [output, record] = [bench.path("output"), bench.path("record")];
    const few = copierText.replace(String(2 ** 20), "2");
    const program = "for i in 1 2 3 4; do echo out; sleep 0.1; echo err >&2; sleep 0.1; done";
    const words = `exec 7>>${record} >>${output} 2>&1; exec perl -e 'eval $ENV{FEW}' sh -c '${program}'`;
    execFileSync("sh", ["-c", words], { env: { PATH: usualPath, FEW: few } });
    expect(readFileSync(output, "utf8")).toBe("out\nerr\n".repeat(4));
    const marks = [
      { first: 4, last: 7 },
      { first: 12, last: 15 },
    ];
    expect(parseMarks(readFileSync(record, "latin1"))).toEqual({ marks, isWhole: true, unmarkedFrom: 20 });
  });

  it("does not start where there is no perl", async () => {
    const bench = firstShell();
    const { shell } = bench.launcher;
    bench.launcher.shell = { ...shell, tools: { ...shell.tools, perl: null } };
    const watched = watch(bench);
    const order = watched.start(marked(bench, "echo ran >ran"));
    expect((await watched.endOf(order)).how).toEqual({ kind: "not_started", problem: "mark-stderr" });
    expect(existsSync(bench.path("ran"))).toBe(false);
  });

  it.skipIf(!canMountDisks)("waits for room on a full disk, and loses nothing", async () => {
    const bench = firstShell();
    const watched = watch(bench);
    const disk = smallDisk(bench.path("disk"));
    const program = "seq 1 1000 >&2; while [ ! -e go ]; do sleep 0.03; done; seq 1001 20000 >&2; echo over >over";
    const more = { outputPath: `${disk}/output` };
    const order = await watched.begin(marked(bench, program, more));
    await waitFor("its first words to be marked", () => streams(order).stderr.endsWith("\n1000\n"));
    fill(disk);
    writeFileSync(bench.path("go"), "");
    await waitFor("what is left in the pipe to fill it, or the program to be through", () => {
      const copier = copierOf(bench);
      return readStat(copier)?.state === "S" && readFileSync(`/proc/${copier}/wchan`, "utf8") !== "pipe_read";
    });
    makeRoom(disk);
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    const { stderr, isWhole } = streams(order);
    expect([stderr.split("\n").length, isWhole]).toEqual([20_001, true]);
  });

  it.skipIf(!isRoot)("is marked of another user, too", async () => {
    const bench = firstShell();
    const user = makeUser();
    onTestFinished(() => user.remove());
    chmodSync(bench.directory, 0o711);
    const watched = watch(bench, { runAs: user });
    const found = await run(bench, watched, "id -u >&2; echo again >/dev/stderr; exit 7", { cwd: "/" });
    expect(found).toMatchObject({ how: exited(7), stdout: "", stderr: `${user.uid}\nagain\n`, isWhole: true });
  });

  it.each(sandboxes)("is marked in a sandbox by $kind, too", async (sandbox) => {
    const bench = new Bench(directoryAtHome(), shells[0] as (typeof shells)[number]);
    onTestFinished(() => endProcessesOf(bench.directory));
    const work = bench.path("work");
    mkdirSync(work);
    const watched = watch(bench, { sandbox: { ...sandbox, hidden: bench.nodeDirectory } });
    const more = { sandbox: "strict", cwd: work } as const;
    expect(await run(bench, watched, "echo $$; echo err >&2; kill -TERM $$", more)).toMatchObject({
      how: signalled("SIGTERM"),
      stderr: "err\n",
      isWhole: true,
    });
    const order = await watched.begin(marked(bench, "i=0; while :; do i=$((i+1)); echo $i >&2; done", more));
    await waitFor("it to have written", () => bench.output(order).length > 5000);
    watched.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
    expect((await watched.endOf(order)).how).toEqual(signalled("SIGKILL"));
    const lines = streams(order).stderr.trimEnd().split("\n");
    expect(lines).toEqual(lines.map((_, index) => String(index + 1)));
    expect(streams(order).isWhole).toBe(true);
  });
});
