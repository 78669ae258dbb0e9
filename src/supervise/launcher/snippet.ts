import type { AttemptOrder, RunAs } from "../order.ts";
import { quote } from "./quote.ts";
import type { Shell } from "./shell.ts";

/**
 * The shell lines of one attempt: open the output, go to the directory, set the environment, become the program.
 * They run in the child that program.ts calls `c`, after its `p` record.
 */
export type SnippetFiles = {
  /** File with the text for standard input; null for /dev/null. */
  stdinPath: string | null;
  /** File with the script's body; null unless the program is a script. */
  scriptPath: string | null;
};

/** Environment name that marks every process of an attempt. */
export const markerName = "UTM_RUN";

export function attemptSnippet(shell: Shell, order: AttemptOrder, files: SnippetFiles, runAs: RunAs | null): string {
  const scriptWord = runAs === null ? files.scriptPath : scriptDescriptor;
  const words = programWords(order.program, scriptWord);
  const lines = [`o ${quote(order.outputPath)} ${quote(order.cwd)}`];
  if (files.stdinPath !== null) {
    lines.push(`command exec <${quote(files.stdinPath)} || f stdin`);
  }
  if (runAs !== null && files.scriptPath !== null) {
    lines.push(`command exec 9<${quote(files.scriptPath)} || f script`);
  }
  const environment = Object.entries({ ...order.env, [markerName]: order.key });
  const direct = environment.filter(([name]) => !needsEnvProgram(name));
  const special = environment.filter(([name]) => needsEnvProgram(name));
  lines.push("umask 022");
  lines.push(`export ${direct.map(([name, value]) => `${name}=${quote(value)}`).join(" ")}`);
  lines.push("unset SHLVL");
  lines.push(`e ${quote(words[0] ?? "")}`);
  const prefix = [
    ...processGroupPrefix(shell),
    ...userPrefix(runAs, order.cwd),
    ...(special.length === 0 ? [] : ["env", ...special.map(([name, value]) => `${name}=${value}`)]),
  ];
  const whole = [...prefix, ...words].map(quote).join(" ");
  lines.push(whole.startsWith("'-") ? `exec -- ${whole}` : `exec ${whole}`);
  return lines.join("\n");
}

/** Another user may read its script (it owns the file) but not enter the folder: it gets it as an open file. */
const scriptDescriptor = "/dev/fd/9";

function programWords(program: AttemptOrder["program"], scriptPath: string | null): string[] {
  switch (program.kind) {
    case "command": {
      // A command that starts with - or + would be taken for an option of the shell.
      const guard = /^[-+]/.test(program.command) ? ["--"] : [];
      return ["/bin/sh", "-c", ...guard, program.command];
    }
    case "argv":
      return [...program.argv];
    case "script":
      return [...interpreterWords(program), scriptPath ?? ""];
    default:
      return program satisfies never;
  }
}

/**
 * The interpreter of a script: the one given, else its `#!` line, else /bin/sh. The line is read here and not by the
 * kernel, so that a script also runs from a file system mounted noexec; the rule is execve(2)'s: one optional argument.
 */
export function interpreterWords(script: { body: string; interpreter: string | null }): string[] {
  if (script.interpreter !== null) {
    return script.interpreter.trim().split(/\s+/);
  }
  const line = /^#!([^\n]*)/.exec(script.body)?.[1]?.trim() ?? "";
  if (line === "") {
    return ["/bin/sh"];
  }
  const [, interpreter, argument] = /^(\S+)(?:\s+(.*))?$/.exec(line) ?? [];
  return [interpreter ?? "/bin/sh", ...(argument === undefined ? [] : [argument])];
}

/**
 * bash gives some variables a meaning of its own: setting them in the child would fail (UID is read-only) or change how
 * the remaining lines are read (IFS). They are set by env(1) instead, at the price of one more program.
 */
function needsEnvProgram(name: string): boolean {
  return shellVariables.has(name) || /^(BASH|EPOCH|COMP_|READLINE_|OPT|PS\d|LC_)/.test(name);
}

const shellVariables = new Set(
  "UID EUID PPID SHELLOPTS RANDOM SRANDOM SECONDS LINENO GROUPS DIRSTACK FUNCNAME HISTCMD PIPESTATUS IFS _ PWD OLDPWD SHLVL POSIXLY_CORRECT GLOBIGNORE TMOUT HOSTTYPE MACHTYPE OSTYPE EXECIGNORE FIGNORE ENV".split(
    " ",
  ),
);

function processGroupPrefix(shell: Shell): string[] {
  return shell.kind === "bash" ? [] : ["setsid", "env", "--default-signal=INT,QUIT"];
}

/** Switches the user with all its groups; the directory is entered again afterwards, with that user's rights. */
function userPrefix(runAs: RunAs | null, cwd: string): string[] {
  if (runAs === null) {
    return [];
  }
  const enter = 'cd "$1" || exit 126; shift; exec "$@"';
  return [
    "setpriv",
    `--reuid=${runAs.uid}`,
    `--regid=${runAs.gid}`,
    "--init-groups",
    "--no-new-privs",
    ...["/bin/sh", "-c", enter, "sh", cwd],
  ];
}
