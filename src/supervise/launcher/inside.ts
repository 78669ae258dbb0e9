import { constants } from "node:os";
import type { AttemptOrder } from "../order.ts";
import { quote } from "./quote.ts";
import type { InnerShell, Shell } from "./shell.ts";
import { programCheck } from "./shell-functions.ts";
import { equalsGuard, needsEqualsGuard, splitEnvironment } from "./words.ts";

/**
 * The shell that comes after a switch of the user, inside a sandbox or on a terminal, and before the program.
 *
 * What it does there and nowhere else: it goes to the directory and looks for the program with the rights and the view
 * of the files the program will have; it sets the task's environment, since a variable like LD_PRELOAD must not act on
 * the programs of ours before it, which may run as root; and it says by descriptor 8 what it came to:
 *
 *   f PROBLEM      it could not start
 *   b              everything is there; the program is next
 *   x STATUS       how the program ended, after what the shell calls it ("Killed", "Done(137)")
 *
 * `exec` becomes the program. `report` starts it as a child and reports its end, which the programs around it (script,
 * bubblewrap, unshare, the copier of standard error) would not pass on, or as 128 + signal. In a sandbox it is the first
 * process of its own process numbers, where a program would ignore SIGTERM; when it ends, the kernel ends all that is
 * left in there. For a terminal in a sandbox, `init` is that first process, and script(1) and another of these shells are
 * its children: so the terminal is one of the sandbox's own.
 *
 * Descriptor 6 is the working directory as it was opened outside the sandbox. It is closed first of all: by it a program
 * could walk to files outside.
 *
 * Nothing here is secret to the program or can be used by it against others: descriptor 8 leads to where only this
 * attempt's end is written, and is closed for the program.
 *
 * bash tells how a job ended when SIGCHLD comes, and once its `wait` has come first, no more. Here, where the program has
 * to stay in the process group of its terminal, that was seen to turn an exit 130 into a signal, once in hundreds on a
 * machine under heavy load; dash and busybox tell after `wait`, for sure. So this shell is bash only where /bin/sh is.
 *
 * Words and values do not stand in a command line, which everybody on the machine can read, but in the environment as
 * UTM_V1, UTM_V2 …; UTM_WORDS holds the text that turns them into what they are. All are gone when the program starts.
 */
export function insideText(shell: InnerShell): string {
  const child = '( exec "$@" <&5 5<&- 8>&- ) &';
  return [
    'f() { echo "f $1" >&8; exit 125; }',
    programCheck,
    'if [ "$UTM_REAL" ]; then cd "$UTM_REAL" 2>/dev/null || { [ -d "$UTM_REAL" ] && f directory-denied; f sandbox-directory; }',
    "[ . -ef /dev/fd/6 ] || f sandbox-directory; exec 6<&-; UTM_CWD=$UTM_REAL; unset UTM_REAL",
    'else cd "$UTM_CWD" 2>/dev/null || f directory-denied; fi; unset OLDPWD',
    'UTM_HOW=$1; [ "$UTM_HOW" = init ] && { shift; "$@"; exit $?; }',
    'eval "$UTM_WORDS"',
    '[ "$UTM_HOW" = exec ] && { echo b >&8; exec "$@" 8>&-; }',
    "exec 5<&0; trap : TERM INT HUP QUIT USR1 USR2 ALRM",
    ...(shell.kind === "bash" ? [`trap 'kill -0 $UTM_C 2>/dev/null || jobs -l %1 >&8' CHLD`] : []),
    `echo b >&8; ${child}`,
    "UTM_C=$!; trap '' TERM INT QUIT USR1 USR2 ALRM TSTP TTIN TTOU; exec 5<&- </dev/null 2>/dev/null",
    // A terminal that goes away tells only the first process of its session, which passes it on.
    "trap 'UTM_G=1; trap \"\" HUP; kill -HUP 0' HUP; UTM_G=; wait $UTM_C; UTM_R=$?",
    `while [ "$UTM_G$UTM_R" = 1${128 + constants.signals.SIGHUP} ]; do UTM_G=; wait $UTM_C; UTM_R=$?; done`,
    shell.kind === "bash" ? "jobs -l %1 >&8 2>/dev/null" : "[ $UTM_R -gt 128 ] && jobs -l >&8",
    'echo "x $UTM_R" >&8; exit $UTM_R',
  ].join("\n");
}

/** The line that exports what the shell inside needs. `signals` are words that give a program default signals. */
export function insideExports(
  shell: Shell,
  order: AttemptOrder,
  words: readonly string[],
  signals: readonly string[],
): string {
  const { direct, special } = splitEnvironment(order.env);
  const values: string[] = [];
  const value = (text: string) => `"$UTM_V${values.push(text)}"`;
  const text: string[] = [];
  if (order.pty !== null) {
    text.push(
      `${quote(shell.tools.stty ?? "stty")} cols ${order.pty.columns} rows ${order.pty.rows} 2>/dev/null || f pty`,
    );
  }
  if (direct.length > 0) {
    text.push(`export ${direct.map(([name, content]) => `${name}=${value(content)}`).join(" ")}`);
  }
  text.push(`set -- ${words.map(value).join(" ")}`, 'e "$1"');
  text.push('case $1 in -*/*) UTM_D=.;; esac; case $1 in -*) UTM_D=$UTM_D/$1; shift; set -- "$UTM_D" "$@";; esac');
  const settings = special.map(([name, content]) => `${quote(name)}=${value(content)}`);
  const prefix = [
    ...(signals.length === 0 && settings.length > 0 ? [shell.tools.env] : signals).map(quote),
    ...settings,
  ];
  if (prefix.length > 0) {
    const guard = needsEqualsGuard(words[0] ?? "") ? equalsGuard.map(quote) : [];
    text.push(`set -- ${[...prefix, ...guard].join(" ")} "$@"`);
  }
  const names = [
    "UTM_CWD",
    "UTM_REAL",
    "UTM_INSIDE",
    "UTM_MINDER",
    "UTM_WORDS",
    "UTM_SETUP",
    "UTM_COPIER",
    "UTM_HIDDEN",
    "UTM_HIDDEN_TOO",
    "UTM_BIND",
    "UTM_FRAME",
  ];
  text.push(`unset ${[...names, ...values.map((_, index) => `UTM_V${index + 1}`)].join(" ")}`);
  text.push(shell.inner.kind === "bash" ? "unset SHLVL; SHLVL=()" : "unset SHLVL");
  const exported = values.map((content, index) => `UTM_V${index + 1}=${quote(content)}`);
  return `export UTM_INSIDE UTM_MINDER UTM_CWD=${quote(order.cwd)} UTM_WORDS=${quote(text.join("\n"))} ${exported.join(" ")}`;
}
