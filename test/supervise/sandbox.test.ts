import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import type { Sandbox } from "../../src/supervise/launcher/sandbox.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { recordsOf } from "../support/earlier-life.ts";
import { endProcessesOf, hasEnded } from "../support/processes.ts";
import { directoryAtHome, workingSandboxes } from "../support/sandbox.ts";
import { installedShells, type TestShell } from "../support/shells.ts";
import { Bench, testBench, type Watch, watch } from "../support/supervision.ts";
import { canBeAnotherUser, makeUser, type TestUser } from "../support/user.ts";
import { waitFor } from "../support/wait-for.ts";

/** A strict sandbox closes what it says, and changes nothing else: ends, input, terminals and kills stay exact. */
const exited = (code: number): How => ({ kind: "exited", code });
const sandboxes = await workingSandboxes();
// The busybox of these tests is reached through a folder below /tmp, which is not there in a sandbox.
const shells = installedShells().filter(({ name }) => !name.startsWith("busybox"));
const cases = shells.flatMap((shell) => sandboxes.map((sandbox) => ({ shell, sandbox })));

const ends: Readonly<Record<string, How>> = Object.fromEntries<How>([
  ...[0, 3, 125, 130, 137, 143, 255].map((code) => [`exit ${code}`, exited(code)] as const),
  ...["KILL", "TERM", "INT", "SEGV", "QUIT", "USR1"].map(
    (name) => [`kill -${name} $$`, { kind: "signalled", signal: `SIG${name}` } as const] as const,
  ),
  ["kill -39 $$", { kind: "signalled", signal: "SIGRTMIN+5" }],
]);

type Room = { bench: Bench; work: string; watched: Watch };

/** A node outside /tmp with a working directory beside its own one. */
function room(shell: TestShell, sandbox: Sandbox | null): Room {
  const bench = new Bench(directoryAtHome(), shell);
  onTestFinished(() => endProcessesOf(bench.directory));
  const work = bench.path("work");
  mkdirSync(work);
  const own = sandbox === null ? null : { ...sandbox, hidden: bench.nodeDirectory };
  return { bench, work, watched: watch(bench, { sandbox: own }) };
}

function strict({ bench, work }: Room, program: AttemptOrder["program"] | string, more: Partial<AttemptOrder> = {}) {
  return bench.order(program, { cwd: work, sandbox: "strict", ...more });
}

async function run(
  room: Room,
  command: string,
  more: Partial<AttemptOrder> = {},
): Promise<{ how: How; output: string }> {
  const order = room.watched.start(strict(room, command, more));
  const { how } = await room.watched.endOf(order);
  return { how, output: room.bench.output(order) };
}

describe.each(cases)("by $sandbox.kind on $shell.name", ({ shell, sandbox }) => {
  it.each([null, { columns: 80, rows: 24 }])("sends a signal to the program alone (terminal: %j)", async (pty) => {
    const place = room(shell, sandbox);
    const { bench, watched } = place;
    const own = 'trap "exit 31" USR1; echo begun; while :; do sleep 0.01; done';
    const order = await watched.begin(strict(place, own, { pty }));
    await waitFor("it to begin", () => bench.output(order).includes("begun"));
    await watched.supervisor.suspend(order.key);
    await watched.supervisor.resume(order.key);
    expect(watched.supervisor.signal(order.key, "SIGUSR1", "main")).toEqual({ sent: 1, refused: 0 });
    expect((await watched.endOf(order)).how).toEqual(exited(31));
  });

  it("tells exactly how each ended", async () => {
    const place = room(shell, sandbox);
    const told: Record<string, How> = {};
    for (const command of Object.keys(ends)) {
      const { how, output } = await run(place, command);
      told[command] = how;
      expect(output).toBe("");
    }
    expect(told).toEqual(ends);
  });

  it("lets it write to its working directory and to temporary folders of its own, and nowhere else", async () => {
    const place = room(shell, sandbox);
    const outside = place.bench.path("outside");
    const command = `echo 1 >inside; for d in /tmp /var/tmp /dev/shm; do echo 2 >$d/${sandbox.kind} && cat $d/${sandbox.kind}; done
      for d in ${outside} /etc/x /usr/x $HOME/x /x /proc/sys/kernel/hostname; do (echo 3 >$d) 2>/dev/null && echo wrote $d; done; true`;
    expect(await run(place, command, { env: { HOME: homedir() } })).toEqual({ how: exited(0), output: "2\n2\n2\n" });
    expect(existsSync(join(place.work, "inside"))).toBe(true);
    expect([existsSync(outside), existsSync(`/tmp/${sandbox.kind}`)]).toEqual([false, false]);
  });

  it("hides the manager's own directory, other processes, and every descriptor that leads out", async () => {
    const place = room(shell, sandbox);
    const command = `ls -A ${place.bench.nodeDirectory}; cat ${place.bench.nodeDirectory}/journal.1; ls -A /run
      for d in /proc/[0-9]*/fd/*; do [ -d "$d" ] && echo "directory $d"; done
      for p in /proc/[0-9]*; do read -r name <$p/comm && echo $name; done | sort -u | grep -v -e sh -e sort -e grep -e bash
      ls /proc/self/fd; sed -n 's/:.*//p' /proc/net/dev | tr -d ' '; kill -9 -1 2>/dev/null; echo alive`;
    const { how, output } = await run(place, command);
    expect(how).toEqual(exited(0));
    const lines = output.split("\n").filter((line) => line !== "" && !/No such file/.test(line));
    const descriptors = lines.filter((line) => /^\d+$/.test(line) && Number(line) < 10);
    expect(descriptors).toEqual(["0", "1", "2", "3"]);
    expect(lines.filter((line) => !/^\d+$/.test(line))).toEqual(["lo", "alive"]);
  });

  it("hides the directory of the outputs, too, when it is elsewhere", async () => {
    const outputs = directoryAtHome();
    writeFileSync(join(outputs, "7.1"), "of another task");
    const place = room(shell, { ...sandbox, hiddenToo: outputs });
    const look = `ls -A ${outputs}; cat ${outputs}/7.1 2>/dev/null; echo "\${UTM_HIDDEN_TOO-unset}"`;
    expect(await run(place, look)).toEqual({ how: exited(0), output: "unset\n" });
    const refused = { kind: "not_started", problem: "sandbox-directory" };
    expect((await run(place, "echo ran", { cwd: outputs })).how).toEqual(refused);
  });

  it("has no privileges and cannot get any", async () => {
    const place = room(shell, sandbox);
    const { output } = await run(
      place,
      "grep -E '^(CapEff|CapPrm|NoNewPrivs)' /proc/self/status; umount /proc; mount -t tmpfs x /mnt",
    );
    expect(output).toMatch(/CapPrm:\s*0+\n.*CapEff:\s*0+\n.*NoNewPrivs:\s*1\n/s);
    expect(output.match(/(umount|mount): .*/g)).toHaveLength(2);
  });

  it("leaves a directory read-only that is not the task's own, and refuses one that is not there", async () => {
    const place = room(shell, sandbox);
    const written = async (cwd: string) =>
      (await run(place, "(echo x >written) 2>/dev/null && echo yes || echo no; echo t >/tmp/t && cat /tmp/t", { cwd }))
        .output;
    expect(await written("/")).toBe("no\nt\n");
    expect(await written("/usr/lib")).toBe("no\nt\n");
    expect(await written(homedir())).toBe("no\nt\n");
    // It holds the manager's directory.
    expect(await written(place.bench.directory)).toBe("no\nt\n");
    symlinkSync("/usr", place.bench.path("link"));
    expect(await written(place.bench.path("link"))).toBe("no\nt\n");
    expect(await written(place.work)).toBe("yes\nt\n");
    const refused = { kind: "not_started", problem: "sandbox-directory" };
    expect((await run(place, "echo ran", { cwd: join(place.bench.nodeDirectory, "files") })).how).toEqual(refused);
    expect((await run(place, "echo ran", { cwd: "/dev/shm" })).output).not.toContain("/work");
  });

  it("still names what is wrong with one that cannot start", async () => {
    const place = room(shell, sandbox);
    const problem = async (more: Partial<AttemptOrder>) => (await run(place, "echo ran", more)).how;
    const argv = (...words: string[]) => ({ program: { kind: "argv" as const, argv: words } });
    expect(await problem(argv("no-such-program"))).toEqual({ kind: "not_started", problem: "no-program" });
    expect(await problem(argv("/etc/passwd"))).toEqual({ kind: "not_started", problem: "not-executable" });
    expect(await problem({ cwd: "/no/such/directory" })).toEqual({ kind: "not_started", problem: "no-directory" });
    expect(await problem({ cwd: "/etc/passwd" })).toEqual({ kind: "not_started", problem: "not-a-directory" });
  });

  it("runs scripts and argument lists, with input and on a terminal of its own", async () => {
    const place = room(shell, sandbox);
    const script = { kind: "script" as const, body: '#!/bin/sh\ncat; echo "$VALUE"; exit 9\n', interpreter: null };
    const order = place.watched.start(
      strict(place, script, { input: true, stdin: "one\n", env: { VALUE: "it's\ntwo" } }),
    );
    await place.watched.pidOf(order);
    expect(await place.watched.supervisor.endInput(order.key)).toEqual({ ended: true });
    expect((await place.watched.endOf(order)).how).toEqual(exited(9));
    expect(place.bench.output(order)).toBe("one\nit's\ntwo\n");
    const words = place.watched.start(
      strict(place, { kind: "argv", argv: ["/usr/bin/printf", "<%s>", "a b", "", "it's", "-n"] }),
    );
    await place.watched.endOf(words);
    expect(place.bench.output(words)).toBe("<a b><><it's><-n>");
    const terminal = await run(place, "tty; stty size; exit 137", { pty: { columns: 70, rows: 20 } });
    expect(terminal).toEqual({ how: exited(137), output: "/dev/pts/0\r\n20 70\r\n" });
  });

  it("goes on when server, launcher, shim and minder are killed", async () => {
    const place = room(shell, sandbox);
    const order = place.watched.start(strict(place, "echo on; until [ -e go ]; do sleep 0.05; done; echo off >done"));
    const pid = await place.watched.pidOf(order);
    await waitFor("it to run", () => place.bench.output(order) === "on\n");
    const shim = Number(recordsOf(place.bench, "p")[0]?.[2]);
    const launcher = Number(recordsOf(place.bench, "l")[0]?.[0]);
    place.watched.supervisor.close();
    for (const one of [launcher, shim, pid]) {
      process.kill(one, "SIGKILL");
    }
    await waitFor("the minder to be gone", () => hasEnded(pid));
    writeFileSync(join(place.work, "go"), "");
    await waitFor("it to end by itself", () => existsSync(join(place.work, "done")));
  });

  it("lets a program end in its own way when it is asked to, whatever that does to what is around it", async () => {
    const place = room(shell, sandbox);
    const command = "trap 'sleep 0.3; echo bye; exit 5' TERM; echo on; while :; do sleep 0.05; done";
    const order = place.watched.start(strict(place, command));
    await waitFor("it to run", () => place.watched.started.has(order.key) && place.bench.output(order) === "on\n");
    place.watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 10_000 });
    const ending = await place.watched.endOf(order);
    expect(ending.how).toEqual(exited(5));
    expect(ending.termination?.killed).toBe(0);
    // Its own shell says of its sleep, which got the signal, too, that it was terminated.
    expect(place.bench.output(order)).toMatch(/^on\n(Terminated\n){0,2}bye\n$/);
  });

  it("ends with its first process, daemons without any sign included", async () => {
    const place = room(shell, sandbox);
    const daemon =
      "setsid env -i sh -c 'exec </dev/null >/dev/null 2>&1; (while :; do date +%N >beat; sleep 0.05; done) &'";
    const order = place.watched.start(strict(place, `${daemon}; trap '' TERM; echo on; while :; do sleep 0.05; done`));
    const beat = () => readText(join(place.work, "beat"));
    await waitFor("the daemon to beat", () => place.watched.started.has(order.key) && beat() !== "");
    const inside = descendants(await place.watched.pidOf(order));
    place.watched.supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 300 });
    expect((await place.watched.endOf(order)).how).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(inside.length).toBeGreaterThan(3);
    await waitFor("all of them to be gone", () => inside.every(hasEnded));
  });
});

describe.each(shells)("on $name", (shell) => {
  it("is refused where the machine has no sandbox, and starts nothing", async () => {
    const place = room(shell, null);
    const result = await run(place, "echo ran");
    expect(result).toEqual({ how: { kind: "not_started", problem: "sandbox" }, output: "" });
  });
});

const nobody = { name: "nobody", uid: 65_534, gid: 65_534, home: "/" };
if (canBeAnotherUser("the sandbox as another user")) {
  describe.each(await workingSandboxes(nobody))("by $kind as another user", (sandbox) => {
    let user: TestUser;
    beforeAll(() => {
      user = makeUser();
    });
    afterAll(() => user.remove());

    it.each(shells)("is that user, in the sandbox, on $name", async (shell) => {
      const bench = testBench(shell);
      const work = bench.path("work");
      mkdirSync(work);
      chmodSync(bench.directory, 0o711);
      chownSync(work, user.uid, user.gid);
      const watched = watch(bench, {
        runAs: user,
        sandbox: { ...sandbox, hidden: bench.nodeDirectory },
      });
      const script = {
        kind: "script" as const,
        body: "id -u; id -G; echo x >inside; ls -ln inside; exit 137",
        interpreter: null,
      };
      const order = watched.start(bench.order(script, { cwd: work, sandbox: "strict" }));
      expect((await watched.endOf(order)).how).toEqual(exited(137));
      const [uid, groups, listed] = bench.output(order).split("\n");
      expect([uid, groups?.split(" ").length, listed]).toEqual([
        String(user.uid),
        user.groups.length,
        expect.stringContaining(` ${user.uid} `),
      ]);
    });
  });
}

function readText(path: string): string {
  return existsSync(path) ? readdirSync(join(path, "..")).join() : "";
}

/** Process numbers of everything below a process, as the machine sees them. */
function descendants(root: number): number[] {
  const stats = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0)
    .map(readStat);
  const found = [root];
  for (const parent of found) {
    found.push(...stats.filter((stat) => stat?.parentPid === parent).map((stat) => stat?.pid ?? 0));
  }
  return found;
}
