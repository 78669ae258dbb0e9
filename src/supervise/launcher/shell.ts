import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { basename, join } from "node:path";

/** The shell that runs the launcher. bash is preferred; see program.ts for what the other costs. */
export type Shell = {
  kind: "bash" | "posix";
  path: string;
  /** Full paths: an attempt's own search path may lack them. */
  tools: Tools;
  /** Words before a program that give it a process group and default signals; none in bash, which can do it itself. */
  ownGroup: readonly string[];
  /** The shell of minder.ts and inside.ts. Not bash where there is another: see inside.ts. */
  inner: InnerShell;
  /** Words that give a program default signals where a shell's background children ignore some; empty without GNU's env. */
  signalReset: readonly string[];
};

export type InnerShell = { kind: "bash" | "posix"; path: string };

/** Null where the machine lacks one: then what needs it is refused. */
export type Tools = {
  env: string;
  setpriv: string | null;
  nice: string | null;
  script: string | null;
  stty: string | null;
  perl: string | null;
};

const usualDirectories = ["/bin", "/usr/bin", "/usr/local/bin"];

/** Finds bash, else any POSIX shell. Throws with a sentence when the machine has neither. */
export function findShell(searchPath: string): Shell {
  const bash = findProgram("bash", searchPath);
  if (bash !== null) {
    return describeShell("bash", bash, searchPath);
  }
  const sh = findProgram("sh", searchPath);
  if (sh !== null) {
    return describeShell("posix", sh, searchPath);
  }
  throw new Error("This machine has no shell (neither bash nor sh): tasks cannot be started.");
}

/** What a launcher on this shell needs to know about the machine's tools. */
export function describeShell(kind: Shell["kind"], path: string, searchPath: string): Shell {
  const find = (name: string) => findProgram(name, searchPath);
  const env = find("env") ?? "env";
  const around = { setpriv: find("setpriv"), nice: find("nice"), script: find("script"), stty: find("stty") };
  const tools = { env, ...around, perl: find("perl") };
  const reset = signalReset(env);
  const ownGroup = kind === "bash" ? [] : [find("setsid") ?? "setsid", ...reset];
  return { kind, path, tools, ownGroup, inner: innerShell({ kind, path }), signalReset: reset };
}

/** The launcher's own, unless that is bash and /bin/sh is one of those whose words about a job's end we know. */
function innerShell(launcher: InnerShell): InnerShell {
  if (launcher.kind === "bash") {
    const path = "/bin/sh";
    const name = isExecutable(path) ? basename(realpathSync(path)) : "";
    return name === "dash" || name === "busybox" ? { kind: "posix", path } : launcher;
  }
  return launcher;
}

/** busybox's env cannot: there, tasks ignore SIGINT and SIGQUIT unless they ask for them. */
function signalReset(env: string): string[] {
  const option = "--default-signal=INT,QUIT";
  return spawnSync(env, [option, "true"]).status === 0 ? [env, option] : [];
}

/** Full path of a program in the search path or the usual directories; null when it is not there. */
export function findProgram(name: string, searchPath: string): string | null {
  for (const directory of [...searchPath.split(":"), ...usualDirectories]) {
    if (directory.startsWith("/") && isExecutable(join(directory, name))) {
      return join(directory, name);
    }
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
