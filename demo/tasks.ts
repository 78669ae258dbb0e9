import type { Call, contract } from "../src/contract/index.ts";

/**
 * The work of a small team, as commands that really run: they print what such commands print, take a moment, and end as such
 * commands end. Which task comes when is the same in every run.
 */
export type Submission = Call<typeof contract.createTask>["body"];
export type DemoTask = Submission & {
  /** Index into the people. */
  owner: number;
  /** What is done to it once it runs. */
  onceItRuns?: "kill" | "suspend";
};

/** Beside the default one: one with few slots, and one that is paused. */
export const demoQueues = [
  { name: "nightly", slots: 2, paused: false },
  { name: "bulk", slots: 1, paused: true },
] as const;

type Kind = (round: number) => Submission;

/** Ended kinds, each as often as its weight says. */
const everyday: readonly { weight: number; owner: number; kind: Kind }[] = [
  { weight: 6, owner: 1, kind: build },
  { weight: 5, owner: 2, kind: resizeImages },
  { weight: 4, owner: 0, kind: rotateLogs },
  { weight: 4, owner: 1, kind: unitTests },
  { weight: 3, owner: 2, kind: importCsv },
  { weight: 3, owner: 0, kind: checkCertificate },
  { weight: 3, owner: 3, kind: report },
  { weight: 2, owner: 3, kind: python },
  { weight: 2, owner: 0, kind: syncBucket },
  { weight: 1, owner: 2, kind: flaky },
];

/** Each once: the ways a task can end or wait that one wants to have seen. */
function rare(tomorrow: string): DemoTask[] {
  return [
    { owner: 1, name: "missing program", argv: ["pg_dumpp", "-Fc", "main"] },
    { owner: 1, name: "missing directory", command: "ls", cwd: "/srv/releases/2019" },
    { owner: 2, name: "crash", command: "echo 'loading model …'; kill -SEGV $$", tags: ["ml"] },
    { owner: 2, name: "killed by the kernel's hand", command: "echo 'allocating'; kill -KILL $$", tags: ["ml"] },
    { owner: 0, name: "hangs on a lock", command: "echo 'waiting for /var/lock/apt'; sleep 60", timeout_seconds: 2 },
    {
      ...{ owner: 1, name: "eats memory", command: "echo filling; head -c 400m /dev/zero | tail -c 400m | wc -c" },
      limits: { memory_bytes: 64 * 1024 * 1024 },
    },
    { owner: 3, name: "nothing to report", command: "true" },
    {
      owner: 3,
      name: "größe ☂ 雨 — ünïcode",
      command: "printf 'grün\\n雨が降る\\n👍 fine\\n'; printf '\\377\\376 not UTF-8\\n'",
    },
    { owner: 0, name: "many lines", command: "seq 1 200000", description: "Two hundred thousand lines." },
    { owner: 2, name: "colours", command: colours, pty: true },
    {
      ...{ owner: 1, name: "build with warnings", command: noisyBuild, mark_stderr: true, tags: ["ci"] },
      description: "What came from standard error is marked; choose it in the output's tools.",
    },
    { owner: 1, name: "leaves a process behind", command: 'sleep 300 & echo "started $!"' },
    {
      owner: 0,
      name: "stubborn",
      command: "trap 'echo not yet' TERM; echo up; while :; do sleep 0.2; done",
      kill_grace_seconds: 1,
      onceItRuns: "kill",
    },
    {
      owner: 1,
      name: "deploy to staging",
      command: "echo 'rolling out'; sleep 120",
      onceItRuns: "kill",
      tags: ["deploy"],
    },
    {
      owner: 0,
      name: "defragment archive",
      command: "i=0; while :; do i=$((i+1)); echo block $i; sleep 0.5; done",
      onceItRuns: "suspend",
    },
    {
      owner: 0,
      name: "nightly backup",
      command: progress("dumping main", 400, 1),
      tags: ["nightly", "db"],
      queue: "nightly",
      priority: 10,
    },
    { owner: 2, name: "transcode talk.mkv", command: progress("frame", 900, 1), limits: { nice: 10 }, tags: ["video"] },
    {
      owner: 3,
      name: "watch the queue",
      command: 'n=7; while :; do n=$(( (n * 31 + 11) % 40 )); echo "$(date -u +%T)  depth $n"; sleep 2; done',
    },
    {
      ...{ owner: 0, name: "mirror packages", command: mirror, mark_stderr: true, tags: ["nightly"] },
      description: "Runs on, with a warning now and then on standard error.",
    },
    {
      owner: 1,
      name: "psql session",
      command: "echo 'main=# '; cat",
      input: true,
      description: "Takes input: try the line below.",
    },
    { owner: 0, name: "vacuum tomorrow", command: "vacuumdb --all", run_at: tomorrow, tags: ["db"], queue: "nightly" },
    { owner: 2, name: "re-encode 2019", command: progress("frame", 900, 1), tags: ["video"], queue: "bulk" },
    { owner: 2, name: "re-encode 2020", command: progress("frame", 900, 1), tags: ["video"], queue: "bulk" },
    { owner: 2, name: "train on a GPU", command: "nvidia-smi && ./train.sh", labels: ["gpu"], tags: ["ml"] },
  ];
}

/** So many tasks, the everyday ones first, those that still run or wait last. */
export function demoTasks(count: number, now: number): DemoTask[] {
  const special = rare(new Date(now + 86_400_000).toISOString());
  const wheel = everyday.flatMap((entry) => Array.from({ length: entry.weight }, () => entry));
  const tasks: DemoTask[] = [];
  for (let round = 0; tasks.length < count - special.length; round += 1) {
    // A step that shares no factor with the wheel visits all of it, mixed.
    const entry = wheel[(round * 7) % wheel.length];
    if (entry !== undefined) {
      tasks.push({ owner: entry.owner, ...entry.kind(round) });
    }
  }
  return [...tasks, ...special];
}

function build(round: number): Submission {
  const fails = round % 9 === 4;
  const last = fails
    ? "echo 'src/lexer.c:214:9: error: unknown type name ‘toke_t’' >&2; echo 'make: *** [Makefile:31: lexer.o] Error 1' >&2; exit 2"
    : "echo 'cc -o app main.o lexer.o parser.o'";
  const command = `for f in main lexer parser; do echo "cc -O2 -c -o $f.o src/$f.c"; sleep 0.${1 + (round % 4)}; done; ${last}`;
  return {
    name: "build",
    command,
    tags: ["ci"],
    description: `Commit ${(round * 7919).toString(16).padStart(7, "0")}`,
  };
}

function unitTests(round: number): Submission {
  const broken = round % 6 === 1 ? 1 + (round % 3) : 0;
  const body = `total=${40 + (round % 17)}
for i in $(seq $total); do
  if [ "$i" -le ${broken} ]; then printf '\\033[31m✗\\033[0m parser handles case %d\\n' $i; else printf '\\033[32m✓\\033[0m case %d\\n' $i; fi
done
sleep 0.${round % 8}
echo "$((total - ${broken})) passed, ${broken} failed"
exit ${broken}`;
  return { name: "make check", script: { body, interpreter: "/bin/bash" }, tags: ["ci"] };
}

function resizeImages(round: number): Submission {
  const command = `for i in $(seq ${3 + (round % 6)}); do printf 'img_%04d.jpg  4032x3024 -> 1600x1200\\n' $((i + ${round * 10})); sleep 0.05; done`;
  return { name: "resize images", command: `cd /tmp && ${command}`, tags: ["images"] };
}

function rotateLogs(round: number): Submission {
  return {
    name: "rotate logs",
    command: `for n in access error audit; do echo "gzip -9 $n.log.${round % 7}"; done; echo 'freed 1.${round % 10} GiB'`,
    tags: ["nightly"],
  };
}

function importCsv(round: number): Submission {
  const bad = round % 5 === 2;
  const end = bad ? "echo 'line 1204: expected 7 fields, got 6' >&2; exit 65" : "echo 'committed'";
  const command = `awk 'BEGIN { for (i = 1; i <= ${200 + round}; i++) printf "order %06d imported\\n", i }'; ${end}`;
  return { name: "import orders.csv", command, tags: ["db"], retry: bad ? { attempts: 2, delay_seconds: 1 } : null };
}

function checkCertificate(round: number): Submission {
  const left = 90 - (round % 95);
  const argv = ["/bin/sh", "-c", `echo "notAfter in ${left} days"; [ ${left} -gt 0 ]`];
  return { name: "check certificate", argv, tags: ["monitoring"] };
}

function report(round: number): Submission {
  const command = `echo "Report ${round}"; echo; printf '%-12s %8s\\n' region orders north ${round * 31} south ${round * 17} west ${round * 23}; sleep 0.${round % 5}`;
  return { name: "weekly report", command, queue: "default", priority: -5 };
}

function python(round: number): Submission {
  const body = `#!/bin/sh
# Stands for a script with a first line of its own.
echo "epoch,loss"
for e in 1 2 3 4 5; do echo "$e,0.$((900 / e - ${round % 9}))"; sleep 0.1; done`;
  return { name: "fit model", script: { body }, env: { SEED: String(round), DATASET: "orders-2026" }, tags: ["ml"] };
}

function syncBucket(round: number): Submission {
  const command = `echo 'sending incremental file list'; sleep 0.${3 + (round % 6)}; echo 'sent ${round * 3},412 bytes  received 1,204 bytes'`;
  return { name: "sync to the second site", command, tags: ["nightly"], timeout_seconds: 600 };
}

/** Succeeds at its second attempt. */
function flaky(round: number): Submission {
  return {
    name: "fetch rates",
    command: `echo "attempt $UTM_ATTEMPT"; [ "$UTM_ATTEMPT" -gt 1 ] || { echo 'connection reset by peer' >&2; exit 7; }; echo 'EUR 1.0${round % 10}'`,
    retry: { attempts: 3, backoff: "exponential", delay_seconds: 1 },
  };
}

/** A bar that is drawn over itself, as curl, dd and pv do. */
function progress(what: string, steps: number, pauseSeconds: number): string {
  return `i=0; while [ $i -lt ${steps} ]; do i=$((i+1)); printf '\\r${what} %d of ${steps}  %d%%' $i $((i * 100 / ${steps})); sleep ${pauseSeconds}; done`;
}

const colours =
  "for c in 31 32 33 34 35 36; do printf '\\033[%sm%-10s\\033[1m bold\\033[0m \\033[7;%sm inverse \\033[0m\\n' $c colour$c $c; done; printf '\\033]0;title\\007done\\n'";

/** As compilers do it: what is done on standard output, what is wrong on standard error. */
const noisyBuild = `for f in main lexer parser emit link_map symbols; do
  echo "cc -O2 -Wall -c -o $f.o src/$f.c"
  sleep 0.1
  case $f in
    lexer) printf 'src/lexer.c:88:14: warning: unused variable ‘column’ [-Wunused-variable]\\n   88 |         int column = 0;\\n      |             ^~~~~~\\n' >&2 ;;
    emit) printf 'src/emit.c:231:9: warning: comparison of integers of different signs [-Wsign-compare]\\n' >&2 ;;
  esac
  sleep 0.1
done
printf 'linking app '
sleep 0.1
printf '(ld: warning: symbols.o has no .note.GNU-stack) ' >&2
sleep 0.1
echo 'done'
echo '2 warnings generated.' >&2`;

const mirror = `n=0; while :; do n=$((n+1)); printf 'fetch pool/main/p/pkg-%04d.deb  ok\\n' $n; sleep 1
[ $((n % 7)) -ne 0 ] || { printf 'W: mirror answered slowly, trying the next one (%d)\\n' $n >&2; sleep 1; }; done`;
