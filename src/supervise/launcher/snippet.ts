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
  // bash sets it again when it becomes the program, but never hands on an array.
  lines.push(shell.kind === "bash" ? "unset SHLVL; SHLVL=()" : "unset SHLVL");
  lines.push(`e ${quote(words[0] ?? "")}`);
  const prefix = [
    ...shell.ownGroup,
    ...userPrefix(shell, runAs, order.cwd),
    ...(special.length === 0 ? [] : [shell.tools.env, ...special.map(([name, value]) => `${name}=${value}`)]),
  ];
  const guard = prefix.length > 0 && /^-|=/.test(words[0] ?? "") ? equalsGuard : [];
  const before = [...prefix, ...guard].map((word) => `${quote(word)} `).join("");
  const after = words.slice(1).map((word) => ` ${quote(word)}`);
  lines.push(`exec ${before}${programWord(words[0] ?? "")}${after.join("")}`);
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
  "UID EUID PPID SHELLOPTS RANDOM SRANDOM SECONDS LINENO GROUPS DIRSTACK FUNCNAME HISTCMD PIPESTATUS IFS _ PWD OLDPWD SHLVL POSIXLY_CORRECT GLOBIGNORE TMOUT HOSTTYPE MACHTYPE OSTYPE EXECIGNORE FIGNORE FUNCNEST ENV".split(
    " ",
  ),
);

/** env(1) takes a program with `=` in its path for a variable; the directory of one that starts with - may have one. */
const equalsGuard = ["/bin/sh", "-c", 'exec "$@"', "sh"];

/** A program that starts with - would be taken for an option of what starts it; it gets its directory, found by `e`. */
function programWord(program: string): string {
  if (!program.startsWith("-")) {
    return quote(program);
  }
  return program.includes("/") ? quote(`./${program}`) : `"$UTM_D"/${quote(program)}`;
}

/** Switches the user with all its groups; the directory is entered again afterwards, with that user's rights. */
function userPrefix(shell: Shell, runAs: RunAs | null, cwd: string): string[] {
  if (runAs === null) {
    return [];
  }
  const enter = 'cd "$1" || exit 126; unset OLDPWD; shift; exec "$@"';
  return [
    shell.tools.setpriv,
    `--reuid=${runAs.uid}`,
    `--regid=${runAs.gid}`,
    "--init-groups",
    "--no-new-privs",
    ...["/bin/sh", "-c", enter, "sh", cwd],
  ];
}
