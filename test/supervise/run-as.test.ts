import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import { markerName } from "../../src/supervise/launcher/snippet.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, watch } from "../support/supervision.ts";
import { canBeAnotherUser, makeUser, type TestUser } from "../support/user.ts";

/** An attempt of another user is that user in everything, from the first program of the task on. */
const exited = (code: number): How => ({ kind: "exited", code });
const isRoot = canBeAnotherUser("attempts as another user");
let user: TestUser;

/** A directory the user can reach, with one of its own inside. */
function userBench(shell: Parameters<typeof testBench>[0], { uid, gid }: TestUser): { bench: Bench; home: string } {
  const bench = testBench(shell);
  chmodSync(bench.directory, 0o711);
  const home = bench.path("home");
  mkdirSync(home, { mode: 0o700 });
  chownSync(home, uid, gid);
  return { bench, home };
}

beforeAll(() => {
  user = makeUser();
});
afterAll(() => user.remove());

describe.skipIf(!isRoot).each(installedShells())("on $name", (shell) => {
  it("has the user's numbers and all its groups, umask 022, and nothing open", async () => {
    const { bench, home } = userBench(shell, user);
    const watched = watch(bench, { runAs: user });
    const order = watched.start(
      bench.order("/usr/bin/id -u; /usr/bin/id -g; /usr/bin/id -G; umask; ls /proc/self/fd", { cwd: home }),
    );
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    const [uid, gid, groups, umask, ...descriptors] = bench.output(order).trim().split("\n");
    expect([Number(uid), Number(gid)]).toEqual([user.uid, user.gid]);
    expect(groups?.split(" ").map(Number).toSorted()).toEqual(user.groups.toSorted());
    expect(umask).toMatch(/^0?022$/);
    // What the tests were started with and only bash can close is not of ours.
    expect(descriptors.map(Number).filter((fd) => fd < 10)).toEqual([0, 1, 2, 3]);
  });

  it("gives exactly the environment ordered, which does not act on the programs before", async () => {
    const { bench, home } = userBench(shell, user);
    const watched = watch(bench, { runAs: user });
    const env = { LD_PRELOAD: "/no/such/library.so", UID: "7", IFS: "x", VALUE: "it's\n'odd'", LC_ALL: "C" };
    const program = { kind: "argv" as const, argv: ["/bin/cat", "/proc/self/environ"] };
    const order = watched.start(bench.order(program, { cwd: home, env }));
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    const output = bench.output(order);
    // Each program the loader begins with this variable complains; env(1) sets what no shell can.
    expect(output.match(/cannot be preloaded/g)?.length).toBeLessThanOrEqual(2);
    const listed = output
      .replaceAll(/^ERROR: ld.so.*\n/gm, "")
      .split("\0")
      .filter(Boolean);
    const { _, ...environment } = Object.fromEntries(listed.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
    expect(environment).toEqual({ ...order.env, [markerName]: order.key, PWD: home });
  });

  it("enters what only the user may enter, and nothing that only root may", async () => {
    const { bench, home } = userBench(shell, user);
    const watched = watch(bench, { runAs: user });
    const own = watched.start(bench.order("echo mine >file; cat file", { cwd: home }));
    expect((await watched.endOf(own)).how).toEqual(exited(0));
    expect(bench.output(own)).toBe("mine\n");
    mkdirSync(bench.path("closed"), { mode: 0o700 });
    const closed = watched.start(bench.order("echo ran", { cwd: bench.path("closed") }));
    expect((await watched.endOf(closed)).how).toEqual({ kind: "not_started", problem: "directory-denied" });
    const none = watched.start(bench.order("echo ran", { cwd: bench.path("none") }));
    expect((await watched.endOf(none)).how).toEqual({ kind: "not_started", problem: "no-directory" });
    expect(bench.output(closed) + bench.output(none)).toBe("");
  });

  it("cannot read the manager's own directory, nor run what only root may", async () => {
    const { bench, home } = userBench(shell, user);
    const watched = watch(bench, { runAs: user });
    const order = watched.start(
      bench.order(`ls ${bench.nodeDirectory} || cat ${bench.nodeDirectory}/journal.1`, { cwd: home }),
    );
    expect((await watched.endOf(order)).how).toEqual(exited(1));
    expect(bench.output(order)).not.toMatch(/ctl\.1$/m);
    writeFileSync(bench.path("only-root"), "#!/bin/sh\n", { mode: 0o700 });
    const argv = { kind: "argv" as const, argv: [bench.path("only-root")] };
    const refused = watched.start(bench.order(argv, { cwd: home }));
    expect((await watched.endOf(refused)).how).toEqual({ kind: "not_started", problem: "not-executable" });
  });

  it("runs scripts, reads input, and ends exactly as it does", async () => {
    const { bench, home } = userBench(shell, user);
    const watched = watch(bench, { runAs: user });
    const script = { kind: "script" as const, body: "#!/bin/sh\ncat; exit 137\n", interpreter: null };
    const order = watched.start(bench.order(script, { cwd: home, input: true, stdin: "one " }));
    await watched.pidOf(order);
    expect(await watched.supervisor.writeInput(order.key, Buffer.from("two"))).toEqual({ acceptedBytes: 3 });
    expect(await watched.supervisor.endInput(order.key)).toEqual({ ended: true });
    expect((await watched.endOf(order)).how).toEqual(exited(137));
    expect(bench.output(order)).toBe("one two");
    const killed = watched.start(bench.order("kill -KILL $$", { cwd: home }));
    expect((await watched.endOf(killed)).how).toEqual({ kind: "signalled", signal: "SIGKILL" });
  });

  it("is refused when the user cannot be switched to, and starts nothing", async () => {
    const { bench, home } = userBench(shell, user);
    const { shell: launcher } = bench.launcher;
    bench.launcher.shell = { ...launcher, tools: { ...launcher.tools, setpriv: "/bin/false" } };
    const watched = watch(bench, { runAs: user });
    const order = watched.start(bench.order("echo ran", { cwd: home }));
    expect((await watched.endOf(order)).how).toEqual({ kind: "not_started", problem: "run-as" });
    expect(bench.output(order)).toBe("");
  });
});
