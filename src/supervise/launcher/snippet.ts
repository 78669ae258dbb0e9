import { type AttemptOrder, type RunAs, takesInput } from "../order.ts";
import { insideExports } from "./inside.ts";
import { limitLines, niceWords } from "./limits.ts";
import { quote } from "./quote.ts";
import { type Sandbox, sandboxLines, sandboxWords, userOptions } from "./sandbox.ts";
import type { Shell } from "./shell.ts";
import { equalsGuard, needsEqualsGuard, programWords, splitEnvironment } from "./words.ts";

/**
 * The shell lines of one attempt: open the output, go to the directory, set the environment, become the program.
 * They run in the child that program.ts calls `c`, after its `p` record.
 *
 * Three ways to become the program:
 *   plain      the child becomes it
 *   switched   another user: the child becomes setpriv, then the shell of inside.ts, then the program
 *   wrapped    a sandbox, a terminal or marked standard error: the child becomes the minder (minder.ts), and the program is
 *              below it
 */
export type SnippetFiles = {
  /** What the names of this attempt's files begin with. */
  base: string;
  /** File with the text for standard input; null for none. */
  stdinPath: string | null;
  /** File with the script's body; null unless the program is a script. */
  scriptPath: string | null;
};

/** What tasks run with on this node. */
export type Means = { shell: Shell; runAs: RunAs | null; sandbox: Sandbox | null };

/** `asks` is what the shim is asked for (program.ts); empty for nothing. */
export type Snippet = { lines: string; asks: string };

/** Environment name that marks every process of an attempt. */
export const markerName = "UTM_RUN";

/** What a program on a terminal of ours finds, unless the task says otherwise. */
export const terminalEnvironment = { TERM: "xterm-256color" };

/** In the environment of our own programs around an attempt's program, and not in its own (frame.ts). */
export const frameEntry = "UTM_FRAME=1";

export function attemptSnippet(means: Means, order: AttemptOrder, files: SnippetFiles): Snippet {
  const isWrapped = order.pty !== null || order.sandbox !== "none" || order.stderrMarksPath !== null;
  const lines = [`o ${quote(order.outputPath)} ${quote(order.cwd)}`];
  if (takesInput(order)) {
    lines.push("command exec <&6 6<&- 7>&- || f input");
  } else if (files.stdinPath !== null) {
    lines.push(`command exec <${quote(files.stdinPath)} || f stdin`);
  }
  lines.push(...limitLines(order.limits), "umask 022");
  const isSwitched = !isWrapped && means.runAs !== null;
  lines.push(...(isWrapped ? wrapped : isSwitched ? switched : plain)(means, order, files));
  return { lines: lines.join("\n"), asks: `${takesInput(order) ? "i" : ""}${isSwitched ? "p" : ""}` };
}

function plain({ shell }: Means, order: AttemptOrder, files: SnippetFiles): string[] {
  const words = programWords(order.program, files.scriptPath ?? "");
  const { direct, special } = splitEnvironment({ ...order.env, [markerName]: order.key });
  const nice = niceWords(shell, order.limits.nice);
  const prefix = [
    ...shell.ownGroup,
    ...nice.words,
    ...(special.length === 0 ? [] : [shell.tools.env, ...special.map(([name, value]) => `${name}=${value}`)]),
  ];
  const program = words[0] ?? "";
  const guard = prefix.length > 0 && needsEqualsGuard(program) ? equalsGuard : [];
  const before = [...prefix, ...guard].map((word) => `${quote(word)} `).join("");
  const after = words.slice(1).map((word) => ` ${quote(word)}`);
  return [
    ...nice.lines,
    `export ${direct.map(([name, value]) => `${name}=${quote(value)}`).join(" ")}`,
    // bash sets it again when it becomes the program, but never hands on an array.
    shell.kind === "bash" ? "unset SHLVL; SHLVL=()" : "unset SHLVL",
    `e ${quote(program)}`,
    `exec ${before}${programWord(program)}${after.join("")}`,
  ];
}

/** A program that starts with - would be taken for an option of what starts it; it gets its directory, found by `e`. */
function programWord(program: string): string {
  if (!program.startsWith("-")) {
    return quote(program);
  }
  return program.includes("/") ? quote(`./${program}`) : `"$UTM_D"/${quote(program)}`;
}

function switched({ shell, runAs }: Means, order: AttemptOrder, files: SnippetFiles): string[] {
  const nice = niceWords(shell, order.limits.nice);
  const before = [...shell.ownGroup, ...nice.words, ...userWords(shell, runAs)].map(quote).join(" ");
  return [
    ...nice.lines,
    ...scriptLine(files),
    // Until the shell inside says otherwise, it never came to be.
    `command exec 8>${quote(`${files.base}.problem`)} && echo "f run-as" >&8 || f files`,
    ...markerLines(shell, order, []),
    `exec ${before} ${insideShell(shell)} exec`,
  ];
}

function wrapped({ shell, runAs, sandbox }: Means, order: AttemptOrder, files: SnippetFiles): string[] {
  if (order.sandbox === "strict" && sandbox === null) {
    return ["f sandbox"];
  }
  const isStrict = order.sandbox === "strict" && sandbox !== null;
  const nice = niceWords(shell, order.limits.nice);
  const inside = insideShell(shell);
  const around = isStrict ? sandboxWords(shell, sandbox, runAs) : userWords(shell, runAs).map(quote).join(" ");
  const terminal = order.pty === null ? null : terminalWords(shell);
  const own = terminal ?? (order.stderrMarksPath === null ? null : copierWords(shell));
  const below = own === null ? `${inside} report` : `${isStrict ? `${inside} init ` : ""}${own}`;
  const minder = [...shell.ownGroup, ...nice.words, shell.inner.path].map(quote).join(" ");
  const problem = isStrict ? "sandbox" : runAs !== null ? "run-as" : order.pty !== null ? "pty" : "mark-stderr";
  const lacksTerminal = order.pty !== null && terminal === null;
  return [
    ...(lacksTerminal ? ["f pty"] : []),
    ...markingLines(shell, order),
    ...nice.lines,
    ...scriptLine(files),
    ...(isStrict ? sandboxLines(sandbox) : []),
    ...markerLines(
      shell,
      withTerminal(order),
      order.pty === null ? shell.signalReset : [shell.tools.env, "--default-signal"],
    ),
    `exec ${minder} -c 'eval "$UTM_MINDER"' utm "$UTM_J" "$UTM_I" ${problem} ${around} ${below}`,
  ];
}

/**
 * script(1) copies between the terminal and our files. It is not sent the signals meant for the program (frame.ts). Keys
 * that interrupt do nothing before the program is there: the shells that come first ignore them. It runs its command by
 * $SHELL, which is not set, so by /bin/sh.
 */
function terminalWords(shell: Shell): string | null {
  const { env, script, stty } = shell.tools;
  if (script === null || stty === null || shell.signalReset.length === 0) {
    return null;
  }
  const ignore = "--ignore-signal=INT,QUIT";
  const command = `exec ${insideShell(shell)} report`;
  return [env, ignore, script, "-qefE", "always", "-c", command, "/dev/null"].map(quote).join(" ");
}

/** Opens the record of marks for copier.ts. */
function markingLines({ tools }: Shell, { stderrMarksPath }: AttemptOrder): string[] {
  if (stderrMarksPath === null) {
    return [];
  }
  const problem = tools.perl === null ? ["f mark-stderr"] : [];
  return [...problem, `command exec 7>>${quote(stderrMarksPath)} || f output; export UTM_COPIER`];
}

function copierWords(shell: Shell): string {
  return `${quote(shell.tools.perl ?? "perl")} -e 'eval $ENV{UTM_COPIER}' ${insideShell(shell)} report`;
}

function withTerminal(order: AttemptOrder): AttemptOrder {
  return order.pty === null ? order : { ...order, env: { ...terminalEnvironment, ...order.env } };
}

/** Its text is in the environment, and not in what `ps` shows. */
function insideShell(shell: Shell): string {
  return `${quote(shell.inner.path)} -c 'eval "$UTM_INSIDE"' utm`;
}

/** Another user may read its script (it owns the file) but not enter the folder: it gets it as an open file. */
const scriptDescriptor = "/dev/fd/9";

function scriptLine({ scriptPath }: SnippetFiles): string[] {
  return scriptPath === null ? [] : [`command exec 9<${quote(scriptPath)} || f script`];
}

/** The environment of our own programs before the task's: its mark, and its words and values in disguise (inside.ts). */
function markerLines(shell: Shell, order: AttemptOrder, signals: readonly string[]): string[] {
  const words = programWords(order.program, scriptDescriptor);
  return [`export ${markerName}=${quote(order.key)} ${frameEntry}`, insideExports(shell, order, words, signals)];
}

/** Switches the user with all its groups; the shell inside enters the directory again, with that user's rights. */
function userWords(shell: Shell, runAs: RunAs | null): string[] {
  if (runAs === null) {
    return [];
  }
  const { setpriv } = shell.tools;
  return [setpriv ?? "/setpriv", ...userOptions(runAs), "--no-new-privs"];
}
