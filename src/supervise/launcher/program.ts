import { constants } from "node:os";
import { copierText } from "./copier.ts";
import { insideText } from "./inside.ts";
import { minderText } from "./minder.ts";
import { setupText } from "./namespaces.ts";
import { quote } from "./quote.ts";
import type { Shell } from "./shell.ts";
import { failFunction, programCheck, timeFunction } from "./shell-functions.ts";

/**
 * The launcher's program: the shell text streamed to it before the first attempt.
 *
 * One launcher is a long-lived shell that reads this program, and then one line per attempt, from a FIFO. For each line
 * it forks a shim (a subshell, no exec), the shim forks the command in a process group of its own, waits for it, and
 * appends what happened to the journal. Nothing of ours is on the data path, so the server and even the launcher can be
 * killed at any moment: the shims go on, the journal gets its records, and the next server reads them.
 *
 * Functions (short names: bash reads a FIFO byte by byte):
 *   n  time now into UTM_T
 *   f  record that the attempt could not start, and end the child
 *   o  open the output, go to the working directory
 *   e  check that a program exists and may be executed, before `exec`: after a failed `exec` nothing of ours would run
 *   c  the child: its `p` record, then the attempt's own lines
 *   t  one attempt: `t KEY LINES end`; a line cut short by a dying server has no `end` and does nothing.
 *      `t KEY LINES ASKS FILES end` asks more of the shim: `i` for an input that stays open, `p` to read the problem a
 *      shell without the journal has left (inside.ts); FILES is where the names of the attempt's files begin
 *   s  the shim: forks the child, waits for it, records how it ended
 *   h  the holder around a shim, for an input that stays open; i, j  make the input, before and after the shim is forked
 *   v, w  open a pipe of the shim's own, and fetch through it what the shell says about the job (UTM_K)
 *   k  records the problem
 *   g  waits until the next try to write a record, and gives up when the journal's directory has been gone for an hour
 *
 * Variables start with UTM_, which the environment of a task may not name, so no task can disturb them.
 *
 * Why the exit status is exact: `$?` cannot tell `exit 137` from SIGKILL. bash prints the state of a job on SIGCHLD, the
 * other shells after `wait`: "Killed" against "Exit 137" or "Done(137)". Should bash have come to `wait` first, it has
 * dropped a job that was signalled, but still prints one that exited when asked for it by number (%1). So no word means a
 * signal, unless the word could not be had: then the status gets a question mark.
 * A shell says this word once, and `jobs` does not say when a full disk took only half of it. So it never goes to a disk
 * by itself: it comes through a pipe into UTM_K, and is written with the `x` record, as often as that takes. Tried before:
 * the word straight into the journal, which was cut in its last free bytes and made a signal of an exit 137; `$(jobs)`,
 * which costs a process for each attempt and says nothing in dash. The pipe is that of a here-document: no name, no process.
 * Why bash is preferred: `set -m` gives a process group and default signals with no extra program. In other shells
 * background children ignore SIGINT and SIGQUIT, which `setsid env --default-signal` repairs at about 2 ms per attempt.
 * A full disk: the `x` record is tried again every second until it is written.
 */
export function launcherProgram(shell: Shell, journalPath: string, leakedFds: readonly number[]): string {
  const lines = [
    `UTM_J=${quote(journalPath)} UTM_N=0 LC_ALL=C`,
    ...closable(shell, leakedFds).map((fd) => `exec ${fd}>&-`),
    "umask 077",
    "trap : TERM INT HUP QUIT USR1 USR2 ALRM; trap '' PIPE",
    timeFunction,
    readStat("UTM_P UTM_S"),
    'n; echo "l $UTM_P $UTM_S $UTM_T ." >>"$UTM_J"',
    outOfMemory,
    giveUpFunction,
    failFunction,
    openFunction,
    programCheck,
    inputFunctions,
    problemFunction,
    wordFunctions,
    `UTM_MINDER=${quote(minderText)} UTM_INSIDE=${quote(insideText(shell.inner))} UTM_SETUP=${quote(setupText)}`,
    `UTM_COPIER=${quote(copierText)}`,
    shell.kind === "bash" ? bashAttempt : posixAttempt,
  ];
  return `${lines.join("\n")}\n`;
}

/** Reads pid (1st), parent (4th) and start time (22nd field of proc(5) stat) of this shell without another process. */
function readStat(into: "UTM_P UTM_S" | "UTM_P UTM_Q UTM_S"): string {
  const names = into.split(" ");
  const fields: string[] = [];
  for (let field = 1; field <= 22; field += 1) {
    const name =
      field === 1 ? names[0] : field === 4 && names.length === 3 ? names[1] : field === 22 ? names.at(-1) : null;
    fields.push(name ?? "UTM_w");
  }
  return `read -r ${fields.join(" ")} UTM_w </proc/self/stat`;
}

/** Processor time of waited-for children, in clock ticks: 16th and 17th field. */
const readChildTimes = `read -r ${"UTM_w ".repeat(15)}UTM_U UTM_V UTM_w </proc/self/stat`;

/** An hour, one try each second: a data directory that was moved away may be put back. */
const triesWithoutDirectory = 3600;

const giveUpFunction = `g() { UTM_X=$((UTM_X+1)); [ $UTM_X -lt ${triesWithoutDirectory} ] || [ -d "\${UTM_J%/*}" ] || exit 125; sleep 1; }`;

// `command exec` keeps a failed redirection from ending a POSIX shell before it has said so.
const openFunction = [
  'o() { command exec </dev/null >>"$1" 2>&1 || f output',
  '[ -e "$2" ] || f no-directory; [ -d "$2" ] || f not-a-directory; cd "$2" || f directory-denied; unset OLDPWD; }',
].join("\n");

/**
 * When memory runs out, the kernel ends a task before what watches it: each raises its own score, which everybody may.
 * Where the server runs as root, launcher and shims also lower theirs. An attempt's own shell sets its score from this
 * one, so that no task inherits it.
 */
const outOfMemory = [
  "UTM_O=0; read -r UTM_O </proc/self/oom_score_adj; UTM_O=$((UTM_O+300)); [ $UTM_O -gt 1000 ] && UTM_O=1000",
  "{ echo -900 >/proc/self/oom_score_adj; } 2>/dev/null",
].join("\n");

/**
 * The input that stays open; input.ts tells why it is so. The holder keeps the writing end and closes it at SIGUSR1. It is a
 * shell of its own around the shim: a shim that was interrupted in its wait could lose how the program ended. (In bash, a
 * child that ends between two waits for it, while a trap runs, is gone from the table of jobs: the second wait says -1.)
 * What writes the first text is another program, since a shell on the launcher's FIFO that is no shim and no holder is
 * waited for, and at last killed, when a launcher is replaced (generation.ts).
 */
const inputFunctions = [
  "i() { trap 'trap \"\" USR1; exec 7>&-' USR1",
  '[ -p "$UTM_B.input" ] || mkfifo -m 600 "$UTM_B.input" || return',
  'command exec 7<>"$UTM_B.input" && command exec 6<"$UTM_B.input" && command exec 7>"$UTM_B.input"; }',
  'j() { exec 6<&-; [ -e "$UTM_B.stdin" ] && { ( exec /bin/sh -c \'cat "$1"; rm -f "$1"\' sh "$UTM_B.stdin" >&7 7>&- ) & } }',
  "h() { i; ( exec 7>&-; s \"$1\" ) & UTM_C=$!; trap '' TERM INT HUP QUIT USR2 ALRM TSTP TTIN TTOU; j",
  `until wait $UTM_C; [ $? != ${128 + constants.signals.SIGUSR1} ]; do :; done; }`,
].join("\n");

/** What the shell after a switch of the user said (inside.ts): without a `b`, the program never came to be. */
const problemFunction = [
  'k() { UTM_F=; while read -r UTM_w UTM_D; do case $UTM_w in b) return;; f) UTM_F=$UTM_D;; esac; done <"$UTM_B.problem"',
  "case $UTM_F in '') return;; *[!a-z-]*) UTM_F=unknown;; esac",
  'n; until echo "f $UTM_I $UTM_F $UTM_T ." >>"$UTM_J"; do g; done; }',
].join("\n");

const ignoredByShims = "trap '' TERM INT HUP QUIT USR1 USR2 ALRM TSTP TTIN TTOU";

// An old bash (before 5.1) makes a file of it in /tmp. `>` empties a file, and `<` reads one from its start. Only what was
// written is read: on a pipe that stayed empty, a shim would wait for ever, and its attempt would never end.
const wordFunctions = [
  "v() { command exec 5<<END && command exec 5<>/proc/self/fd/5 && read -r UTM_W </proc/self/fd/5; }",
  ".",
  "END",
  "w() { { jobs -l $1; echo .; } >/proc/self/fd/5 && read -r UTM_W </proc/self/fd/5 || { UTM_M=?; return; }",
  "case $UTM_W in .) ;; *) UTM_K=$UTM_W; read -r UTM_W </proc/self/fd/5;; esac; }",
].join("\n");

const bashAttempt = [
  "c() { exec 5<&-; trap - PIPE TERM INT HUP QUIT USR1 USR2 ALRM CHLD",
  readStat("UTM_P UTM_Q UTM_S"),
  'n; echo "p $UTM_I $UTM_P $UTM_Q $UTM_S $UTM_T ." >>"$UTM_J" || exit 125',
  'echo $UTM_O >/proc/self/oom_score_adj; eval "$1"; }',
  "s() { v; set -m; trap 'w %1' CHLD",
  'c "$1" & UTM_C=$!; set +m; exec 6<&-',
  ignoredByShims,
  "wait $UTM_C; UTM_R=$?",
  "case $UTM_A in *p*) k;; esac; n",
  readChildTimes,
  "[ $UTM_R -gt 128 ] || UTM_K=",
  'until echo "$UTM_K\nx $UTM_I $UTM_C $UTM_R$UTM_M $UTM_T $UTM_U $UTM_V ." >>"$UTM_J"; do trap - CHLD; g; done; }',
  ...orderLines(" 255<&-"),
].join("\n");

const posixAttempt = [
  "c() { trap - PIPE TERM HUP USR1 USR2 ALRM",
  readStat("UTM_P UTM_Q UTM_S"),
  'n; echo "p $UTM_I $UTM_P $UTM_Q $UTM_S $UTM_T ." >>"$UTM_J" || exit 125',
  'echo $UTM_O >/proc/self/oom_score_adj; eval "$1"; }',
  's() { c "$1" & UTM_C=$!; exec 6<&-',
  ignoredByShims,
  "wait $UTM_C; UTM_R=$?",
  "case $UTM_A in *p*) k;; esac; n",
  "[ $UTM_R -gt 128 ] && { v; w; }",
  readChildTimes,
  'until echo "$UTM_K\nx $UTM_I $UTM_C $UTM_R$UTM_M $UTM_T $UTM_U $UTM_V ." >>"$UTM_J"; do g; done; }',
  ...orderLines(""),
].join("\n");

/** `t`: a shim of its own, with the attempt's name and what it asks of its shim; with a holder around it for an input. */
function orderLines(redirections: string): string[] {
  return [
    't() { [ "$3" = end ] || [ "$5" = end ] || return',
    '( UTM_I=$1 UTM_M= UTM_K= UTM_A=; [ "$3" = end ] || { UTM_A=$3 UTM_B=$4; }',
    'case $UTM_A in *i*) h "$2";; *) s "$2";; esac',
    `) </dev/null >/dev/null 2>&1${redirections} &`,
    "UTM_N=$((UTM_N+1)); case $UTM_N in *[05]) jobs >/dev/null 2>&1;; esac; }",
  ];
}

/** Only bash can name descriptors above 9. */
function closable(shell: Shell, fds: readonly number[]): readonly number[] {
  return shell.kind === "bash" ? fds : fds.filter((fd) => fd <= 9);
}
