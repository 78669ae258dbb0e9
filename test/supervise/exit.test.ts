import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import { markerName } from "../../src/supervise/launcher/snippet.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { recordsOf, startEarlierLife } from "../support/earlier-life.ts";
import { installedShells } from "../support/shells.ts";
import { type Bench, testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * What an attempt is told to be, it is; how it ended is told exactly. The same table for every shell a launcher can be.
 */
const exited = (code: number): How => ({ kind: "exited", code });
const signalled = (signal: string): How => ({ kind: "signalled", signal });

const commands: Readonly<Record<string, How>> = Object.fromEntries<How>([
  ...[0, 1, 3, 125, 126, 127, 128, 129, 137, 143, 192, 255].map((code) => [`exit ${code}`, exited(code)] as const),
  ...["KILL", "TERM", "INT", "HUP", "SEGV", "PIPE", "QUIT", "USR1", "ALRM", "ABRT"].map(
    (name) => [`kill -${name} $$`, signalled(`SIG${name}`)] as const,
  ),
  ["kill -39 $$", signalled("SIGRTMIN+5")],
  // A command's own child killed by a signal is the command's exit, not its signal.
  ["sh -c 'kill -KILL $$'; exit $?", exited(137)],
  ["/no/such/program", exited(127)],
]);

type Refusal = { name: string; problem: string; change: (bench: Bench) => Partial<AttemptOrder> };

const refusals: readonly Refusal[] = [
  { name: "no such name", problem: "no-program", change: () => ({ program: argv("no-such-program") }) },
  { name: "no such path", problem: "no-program", change: () => ({ program: argv("/no/such/program") }) },
  { name: "an empty name", problem: "no-program", change: () => ({ program: argv("") }) },
  { name: "a file without permission", problem: "not-executable", change: () => ({ program: argv("/etc/passwd") }) },
  { name: "a directory as program", problem: "not-executable", change: () => ({ program: argv("/etc") }) },
  {
    name: "no such interpreter",
    problem: "no-program",
    change: () => ({ program: { kind: "script", body: "#!/no/such/interpreter\n", interpreter: null } }),
  },
  { name: "no such directory", problem: "no-directory", change: () => ({ cwd: "/no/such/directory" }) },
  { name: "a file as directory", problem: "not-a-directory", change: () => ({ cwd: "/etc/passwd" }) },
  { name: "output in no directory", problem: "output", change: (bench) => ({ outputPath: bench.path("none/out") }) },
  { name: "output to a directory", problem: "output", change: (bench) => ({ outputPath: bench.directory }) },
];

const programNames = [
  `it's "odd"`,
  "two\nlines",
  "ünï ☂ code",
  "-dash",
  "-n",
  "a=b",
  "sp ace",
  "$HOME",
  "`x`",
  "back\\slash",
  "*",
];

const oddValues: Readonly<Record<string, string>> = {
  EMPTY: "",
  QUOTES: `it's "quoted" \`twice\``,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  DOLLAR: "$HOME ${PATH} $(exit 1) $$",
  LINES: "one\ntwo\n\nfour\n",
  SPACES: "  leading, \t tab and trailing  ",
  BACKSLASHES: "\\ \\n \\\\ \\' \\",
  PATTERN: "* ? [a-z] {1,2} ~ !x",
  CONTROL: "\u0001\u0007\b\u001b[31m\r\u007f",
  UNICODE: "ü ☂ 🚂 \u0301 \u202e",
  PERCENT: "%s %n %%",
  OPERATORS: "a; b & c | d > e < f # g",
  EQUALS: "a=b=c",
};

/** Names with a meaning of their own to one of the shells. */
const shellNames: Readonly<Record<string, string>> = {
  UID: "77",
  EUID: "78",
  PPID: "1",
  IFS: "abc",
  BASH_ENV: "/no/such/file",
  ENV: "/no/such/file",
  BASHOPTS: "x",
  SHELLOPTS: "xtrace",
  PS1: "$(exit 1)",
  PS4: "$(exit 1)",
  LC_ALL: "xx_XX",
  LC_CTYPE: "xx_XX",
  LANG: "xx_XX",
  RANDOM: "one",
  SECONDS: "two",
  LINENO: "three",
  OPTIND: "four",
  OPTARG: "five",
  FUNCNEST: "1",
  GLOBIGNORE: "*",
  TMOUT: "1",
  POSIXLY_CORRECT: "y",
  HISTSIZE: "x",
  MAIL: "x",
  MAILCHECK: "x",
  CHILD_MAX: "1",
  _: "underscore",
  OLDPWD: "/no/such/directory",
  SHLVL: "99",
  s1: "x",
  n: "x",
  f: "x",
};

const inherited = readdirSync("/proc/self/fd").map(Number);

describe.each(installedShells())("on $name", (shell) => {
  // Background children of such a shell ignore SIGINT and SIGQUIT, and busybox has no tool that undoes it.
  const ignoresKeyboard = shell.hasBusyboxTools;

  it("tells exactly how each ended", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const orders = Object.keys(commands).map((command) => [command, watched.start(bench.order(command))] as const);
    const told: Record<string, How> = {};
    for (const [command, order] of orders) {
      told[command] = (await watched.endOf(order)).how;
    }
    const ignored = { "kill -INT $$": exited(0), "kill -QUIT $$": exited(0) };
    expect(told).toEqual({ ...commands, ...(ignoresKeyboard ? ignored : {}) });
    expect(watched.endings).toHaveLength(orders.length);
    expect(watched.warnings).toEqual([]);
  });

  it("names what was wrong with one that could not start, and starts nothing", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    for (const { name, change, problem } of refusals) {
      const order = watched.start(bench.order("echo ran >>ran", change(bench)));
      const ending = await watched.endOf(order);
      expect([name, ending.how, ending.startedAtMs]).toEqual([name, { kind: "not_started", problem }, null]);
    }
    expect(bench.lines("ran")).toEqual([]);
  });

  it("runs programs of any name, by path and by search", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    mkdirSync(bench.path("bin=1"));
    const env = { PATH: `${bench.launcher.searchPath}:${bench.path("bin=1")}` };
    const expected: Record<string, string> = {};
    const orders: AttemptOrder[] = [];
    for (const name of programNames) {
      const path = bench.path(`bin=1/${name}`);
      writeFileSync(path, '#!/bin/sh\nprintf "<%s>" "$0" "$@"\nexit 9\n');
      chmodSync(path, 0o755);
      const variants: [string, Record<string, string>][] = [
        [path, {}],
        [name, env],
        [name, { ...env, IFS: "x" }],
      ];
      for (const [word, more] of variants) {
        const order = watched.start(bench.order(argv(word, "one", "-n"), { env: more }));
        orders.push(order);
        expected[order.key] = `<${path}><one><-n>`;
      }
    }
    const told: Record<string, string> = {};
    for (const order of orders) {
      expect((await watched.endOf(order)).how).toEqual(exited(9));
      told[order.key] = bench.output(order);
    }
    expect(told).toEqual(expected);
  });

  it("hands over every word as it is, empty ones too", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const words = ["", ...Object.values(oddValues), "-n", "--", ""];
    const order = watched.start(bench.order(argv("/usr/bin/printf", "%s\\0", ...words)));
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    expect(bench.output(order).split("\0").slice(0, -1)).toEqual(words);
  });

  it("gives exactly the environment ordered, odd values and names shells treat specially included", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(
      bench.order(argv("/bin/cat", "/proc/self/environ"), { env: { ...oddValues, ...shellNames } }),
    );
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    // The shell itself says where it is; what it last ran is overridden by the order.
    const expected = { ...order.env, [markerName]: order.key, PWD: order.cwd };
    expect(environmentOf(bench.output(order))).toEqual(expected);
  });

  it("gives nothing but the environment ordered", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order(argv("/bin/cat", "/proc/self/environ")));
    await watched.endOf(order);
    const { _, ...environment } = environmentOf(bench.output(order));
    expect(environment).toEqual({ ...order.env, [markerName]: order.key, PWD: order.cwd });
    expect([undefined, "/bin/cat"]).toContain(_);
  });

  it.each(["", "/no/such/directory"])("runs a program by its path when PATH is %j", async (searched) => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order(argv("/bin/sh", "-c", "exit 4"), { env: { PATH: searched } }));
    expect((await watched.endOf(order)).how).toEqual(exited(4));
  });

  it("gives the text for standard input, and its end", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const text = `first\n${Object.values(oddValues).join("\n")}`;
    const order = watched.start(bench.order("cat", { stdin: text }));
    const none = watched.start(bench.order("cat; exit 5"));
    expect((await watched.endOf(order)).how).toEqual(exited(0));
    expect(bench.output(order)).toBe(text);
    expect((await watched.endOf(none)).how).toEqual(exited(5));
    expect(bench.output(none)).toBe("");
  });

  it("runs a command of 120 kB and a script of 1 MB, and a short one behind them", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const command = watched.start(bench.order(`: '${"ü'\\''".repeat(15_000)}'; echo long; exit 7`));
    const body = `#!/bin/sh\n: '${"x\n".repeat(500_000)}'\necho script "$#"\nexit 8\n`;
    const script = watched.start(bench.order({ kind: "script", body, interpreter: null }));
    const short = watched.start(bench.order("exit 9"));
    expect((await watched.endOf(short)).how).toEqual(exited(9));
    expect((await watched.endOf(command)).how).toEqual(exited(7));
    expect((await watched.endOf(script)).how).toEqual(exited(8));
    expect([bench.output(command), bench.output(script)]).toEqual(["long\n", "script 0\n"]);
  });

  it("keeps the order of what is written to standard output and error", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const command = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done";
    const order = watched.start(bench.order(command));
    await watched.endOf(order);
    const lines = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((i) => [`out ${i}`, `err ${i}`]);
    expect(bench.output(order)).toBe(`${lines.join("\n")}\n`);
  });

  it("ignores and blocks no signal in the task", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const order = watched.start(bench.order(argv("/bin/cat", "/proc/self/status")));
    await watched.endOf(order);
    expect(signalMasks(bench.output(order))).toEqual({ SigBlk: 0n, SigIgn: ignoresKeyboard ? 0b110n : 0n, SigCgt: 0n });
  });

  it("gives umask 022, only standard descriptors, a process group of its own, and the directory ordered", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const umask = watched.start(bench.order("umask; pwd", { cwd: "/usr" }));
    const descriptors = watched.start(bench.order(argv("/bin/ls", "/proc/self/fd"), { stdin: "text" }));
    const stat = watched.start(bench.order(argv("/bin/cat", "/proc/self/stat")));
    for (const order of [umask, descriptors, stat]) {
      await watched.endOf(order);
    }
    expect(bench.output(umask)).toBe("0022\n/usr\n");
    // 3 is the directory that ls reads. Only bash can close what this very test was started with above 9.
    const beyond = shell.kind === "bash" ? [] : inherited.filter((fd) => fd > 9);
    const found = bench.output(descriptors).trim().split("\n").map(Number);
    expect(found.filter((fd) => !beyond.includes(fd))).toEqual([0, 1, 2, 3]);
    const fields = bench.output(stat).split(" ");
    expect(fields[4]).toBe(fields[0]);
  });

  // Other shells cannot name descriptors above 9, which are the ones Node is started with.
  const test = shell.kind === "bash" ? it : () => undefined;
  test("closes what the server itself was started with", async () => {
    const bench = testBench(shell);
    const order = bench.order(argv("/bin/ls", "/proc/self/fd"));
    const withOpenFile = [shell.program, "-c", 'exec 40</dev/null && exec "$@"', "bash"];
    const life = startEarlierLife(bench, [order], withOpenFile);
    await waitFor("its end", () => recordsOf(bench, "x").length === 1);
    expect(readdirSync(`/proc/${life.pid}/fd`)).toContain("40");
    expect(bench.output(order)).toBe("0\n1\n2\n3\n");
  });

  it("tells when it began and ended, and the processor time it took", async () => {
    const bench = testBench(shell);
    const watched = watch(bench);
    const before = Date.now();
    const order = watched.start(bench.order("i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"));
    const ending = await watched.endOf(order);
    const after = Date.now();
    // Shells without a finer clock count in hundredths of a second.
    expect(ending.startedAtMs).toBeGreaterThan(before - 20);
    expect(ending.endedAtMs).toBeLessThan(after + 20);
    expect(ending.endedAtMs).toBeGreaterThan(ending.startedAtMs ?? Number.POSITIVE_INFINITY);
    expect(ending.cpuMs).toBeGreaterThanOrEqual(10);
  });
});

function argv(...words: string[]): AttemptOrder["program"] {
  return { kind: "argv", argv: words };
}

function environmentOf(text: string): Record<string, string> {
  const entries = text.split("\0").slice(0, -1);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

function signalMasks(status: string): Record<string, bigint> {
  const masks = [...status.matchAll(/^(SigBlk|SigIgn|SigCgt):\s*([0-9a-f]+)$/gm)];
  return Object.fromEntries(masks.map(([, name, hex]) => [name, BigInt(`0x${hex}`)]));
}
