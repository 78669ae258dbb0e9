/** Shell functions that more than one of our shell texts needs. program.ts tells what each is for. */

/** `n`: the time now into UTM_T. bash has EPOCHREALTIME since version 5. */
export const timeFunction = [
  'if [ "$EPOCHREALTIME" ]; then n() { UTM_T=$EPOCHREALTIME; }',
  "else n() { read -r UTM_T UTM_w </proc/uptime; UTM_T=u$UTM_T; }; fi",
].join("\n");

/** `f`: records in the journal that the attempt could not start, and ends the child. */
export const failFunction = 'f() { n; until echo "f $UTM_I $1 $UTM_T ." >>"$UTM_J"; do sleep 1; done; exit 125; }';

/** `e`: checks that a program exists and may be executed; its directory is left in UTM_D. */
export const programCheck = [
  "e() { UTM_F=no-program",
  'case $1 in */*) if [ -f "$1" ]; then [ -x "$1" ] && return; UTM_F=not-executable; elif [ -d "$1" ]; then UTM_F=not-executable; fi;;',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  '*) UTM_L=$PATH:; while [ "$UTM_L" ]; do UTM_D=${UTM_L%%:*}; UTM_L=${UTM_L#*:}; UTM_D=${UTM_D:-.}',
  '[ -f "$UTM_D/$1" ] && { [ -x "$UTM_D/$1" ] && return; UTM_F=not-executable; }; done;; esac; f $UTM_F; }',
].join("\n");
