import type { AttemptOrder } from "../order.ts";

/** The words of an attempt's program, and which names of its environment a shell cannot set. */

/** Words of the program. `scriptPath` is where the script's body is read from. */
export function programWords(program: AttemptOrder["program"], scriptPath: string): string[] {
  switch (program.kind) {
    case "command": {
      // A command that starts with - or + would be taken for an option of the shell.
      const guard = /^[-+]/.test(program.command) ? ["--"] : [];
      return ["/bin/sh", "-c", ...guard, program.command];
    }
    case "argv":
      return [...program.argv];
    case "script":
      return [...interpreterWords(program), scriptPath];
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

/** An environment in two parts: what a shell can export, and what only env(1) can set. */
export function splitEnvironment(environment: Readonly<Record<string, string>>): {
  direct: [string, string][];
  special: [string, string][];
} {
  const entries = Object.entries(environment);
  return {
    direct: entries.filter(([name]) => !needsEnvProgram(name)),
    special: entries.filter(([name]) => needsEnvProgram(name)),
  };
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
export const equalsGuard = ["/bin/sh", "-c", 'exec "$@"', "sh"];

export function needsEqualsGuard(program: string): boolean {
  return /^-|=/.test(program);
}
