import { failFunction, timeFunction } from "./shell-functions.ts";

/**
 * The shell that stays beside an attempt whose program is not the process its shim waits for: one on a terminal or in a
 * sandbox. It starts what is around the program, takes what inside.ts reports, and then ends exactly as the program did,
 * by the same exit code or the same signal. So the shim, the journal and the server need to know nothing of all this.
 *
 *   minder JOURNAL KEY PROBLEM WORDS…     PROBLEM is told when WORDS never came to the shell inside
 *
 * Why a pipe and not the exit status of WORDS: script, bubblewrap and unshare say 128 + signal for a signal, which a
 * program can also exit with; and a SIGTERM to all processes of the attempt ends bubblewrap at once, while the program
 * may still be working on its own end. The pipe is open until the shell inside has ended.
 *
 * It is not killed by any signal but SIGKILL. The shell inside killed by force (with it, in a sandbox, everything) is a
 * program killed by force. What was tried: a record in the journal by the shell inside. Its descriptor could have been
 * reached by the program, by /proc, and the journal tells of all attempts.
 *
 * Where env(1) cannot give a program default signals (busybox), a program that died of SIGINT or SIGQUIT, which it must
 * have asked for, is told as exit 130 or 131: this shell ignores them and cannot die of them.
 */
export const minderText = [
  timeFunction,
  failFunction,
  "trap : TERM INT HUP QUIT USR1 USR2 ALRM VTALRM PROF XCPU",
  "UTM_J=$1 UTM_I=$2 UTM_F=$3; shift 3",
  // A shell says on standard error that its child was killed; the output is the program's alone.
  '{ UTM_U=$("$@" 8>&1 >&5 2>&4 5>&- 4>&-); } 5>&1 4>&2 2>/dev/null',
  "case $UTM_U in",
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: shell text
  '*"x "*) UTM_R=${UTM_U##*x }',
  "case $UTM_R in *[!0-9]*|'') UTM_R=137; UTM_U=;; esac",
  '[ "$UTM_R" -le 128 ] && exit "$UTM_R"',
  'case $UTM_U in *"Done("*|*"Exit "*) exit "$UTM_R";; esac;;',
  '*"f "*) UTM_F=${UTM_U##*f }; case $UTM_F in *[!a-z-]*|\'\') UTM_F=unknown;; esac; f "$UTM_F";;',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: shell text
  "*b*) UTM_R=137;;",
  '*) f "$UTM_F";;',
  "esac",
  "ulimit -c 0; UTM_S=$((UTM_R-128)); trap - $UTM_S 2>/dev/null; kill -$UTM_S $$",
  // bash does not die of SIGQUIT; what it becomes does.
  "for UTM_w in /bin/kill /usr/bin/kill; do [ -x $UTM_w ] && exec $UTM_w -$UTM_S $$; done; exit $UTM_R",
].join("\n");
