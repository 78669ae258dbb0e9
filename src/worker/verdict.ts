import type { Outcome, TaskStatus } from "../contract/index.ts";
import type { EndingCause, SpecLimits } from "../store/store.ts";
import type { AttemptEnding } from "../supervise/ending.ts";
import { describeTermination, type TerminationReport } from "../supervise/processes/termination.ts";
import { describeBytes } from "./limits.ts";

/**
 * What an attempt's end means: status, outcome, and the sentence people read. The exit code or signal is always the
 * process's own, also when the manager ended it.
 */
export type Verdict = {
  status: Extract<TaskStatus, "completed" | "failed" | "killed">;
  outcome: Outcome;
  exitCode: number | null;
  signal: string | null;
  reason: string;
};

export type VerdictContext = {
  /** Why the manager began to end it; null when it was left alone. */
  cause: EndingCause | null;
  /** Which limit the manager ended it for, in words: "its memory limit of 512 MiB, at 513 MiB". */
  exceeded: string | null;
  limits: SpecLimits;
  /** An earlier life of this server had begun to end it, so a signal may have been sent. */
  wasEndingBefore: boolean;
  killedBy: string | null;
  /** Who sent it which signals, in this life of the server. */
  signalSenders: ReadonlyMap<string, string>;
  /** Bytes of output a program of its own has thrown away. */
  emptiedBytes: number;
  timeoutMs: number | null;
  program: string;
  cwd: string;
  nodeName: string;
};

export function verdictOf(ending: AttemptEnding, context: VerdictContext): Verdict {
  const verdict = endVerdict(ending, context);
  const { emptiedBytes } = context;
  return emptiedBytes === 0 ? verdict : { ...verdict, reason: `${verdict.reason} ${emptiedSentence(emptiedBytes)}` };
}

/** What is said of an output that a program of the task itself has emptied. */
export function emptiedSentence(bytes: number): string {
  const lost = bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return `One of its own programs emptied its output, at least ${lost} are gone: writing to /dev/stdout or /dev/stderr with > does that (>&2 does not).`;
}

function endVerdict(ending: AttemptEnding, context: VerdictContext): Verdict {
  const exitCode = ending.how.kind === "exited" ? ending.how.code : null;
  const signal = ending.how.kind === "signalled" ? ending.how.signal : null;
  const own = kernelLimitVerdict(ending, context) ?? ownVerdict(ending, context);
  const wasEnded = own.outcome === "exited" || own.outcome === "signalled" || own.outcome === "unknown";
  // Asked for, but it ended by itself before a signal was sent: then its own end counts.
  const { termination } = ending;
  const wasSignalled =
    (termination !== null && termination.signalled + termination.killed > 0) || context.wasEndingBefore;
  if (context.cause !== null && wasEnded && wasSignalled) {
    return { exitCode, signal, ...managedVerdict(ending, context) };
  }
  const reason = `${own.reason}${leftoverSentence(ending.leftovers)}${leftAloneSentence(ending.leftAlone)}`;
  return { exitCode, signal, ...own, reason };
}

type Judgement = Pick<Verdict, "status" | "outcome" | "reason">;

function managedVerdict(ending: AttemptEnding, context: VerdictContext): Judgement {
  const how = ending.termination === null ? "" : `: ${describeTermination(ending.termination)}`;
  if (context.cause === "timed_out") {
    const limit = describeSeconds((context.timeoutMs ?? 0) / 1000);
    return { status: "failed", outcome: "timed_out", reason: `Timed out after ${limit}${how}.` };
  }
  if (context.cause === "limit") {
    const limit = context.exceeded ?? "one of its limits";
    return { status: "failed", outcome: "killed", reason: `Ended by ${limit}${how}.` };
  }
  const by = context.killedBy === null ? "" : ` by ${context.killedBy}`;
  return { status: "killed", outcome: "killed", reason: `Killed${by}${how}.` };
}

/** A limit that the kernel keeps: what is left to do is to tell. Null when none was reached. */
function kernelLimitVerdict(ending: AttemptEnding, { limits }: VerdictContext): Judgement | null {
  const { how, figures } = ending;
  if (how.kind !== "signalled") {
    return null;
  }
  const failed = { status: "failed", outcome: "signalled" } as const;
  if (how.signal === "SIGKILL" && limits.memoryBytes !== null && (figures?.oomKills ?? 0) > 0) {
    const peak = figures?.memoryPeakBytes ?? null;
    const at = peak === null ? "" : `, at ${describeBytes(peak)}`;
    return { ...failed, reason: `Ended by its memory limit of ${describeBytes(limits.memoryBytes)}${at}.` };
  }
  if (how.signal === "SIGXCPU" && limits.cpuSeconds !== null) {
    return { ...failed, reason: `Ended by its CPU limit of ${limits.cpuSeconds} s (SIGXCPU).` };
  }
  return null;
}

function ownVerdict(ending: AttemptEnding, context: VerdictContext): Judgement {
  const { how } = ending;
  switch (how.kind) {
    case "exited":
      return how.code === 0
        ? { status: "completed", outcome: "exited", reason: "Exit 0." }
        : { status: "failed", outcome: "exited", reason: exitSentence(how.code) };
    case "signalled":
      return { status: "failed", outcome: "signalled", reason: signalSentence(how.signal, context.signalSenders) };
    case "not_started":
      return { status: "failed", outcome: "spawn_failed", reason: problemSentence(how.problem, context) };
    case "unknown":
      return {
        status: "failed",
        outcome: "unknown",
        reason:
          "It ended, but what watched it was killed or could not write it down (a full disk?), so nobody knows how.",
      };
    case "lost":
      return { status: "failed", outcome: "lost", reason: lostSentence(how.cause, context.nodeName) };
    default:
      return how satisfies never;
  }
}

/** What shells mean by 126 and 127 (POSIX, Shell Command Language 2.8.2). */
function exitSentence(code: number): string {
  if (code === 127) {
    return "Exit 127: a shell says this when a command was not found.";
  }
  if (code === 126) {
    return "Exit 126: a shell says this when a command could not be executed.";
  }
  return `Exit ${code}.`;
}

function signalSentence(signal: string, senders: ReadonlyMap<string, string>): string {
  const sender = senders.get(signal);
  return sender === undefined ? `Ended by ${signal}${signalHint(signal)}.` : `Ended by ${signal}, sent by ${sender}.`;
}

function signalHint(signal: string): string {
  const hints: Readonly<Record<string, string>> = {
    SIGSEGV: ", an invalid memory access",
    SIGABRT: ", it aborted itself",
    SIGKILL: "; perhaps by the kernel, out of memory, or by a person on the machine",
    SIGPIPE: ", it wrote to a pipe nobody read",
  };
  return hints[signal] ?? "";
}

function problemSentence(problem: string, context: VerdictContext): string {
  const { program, cwd } = context;
  const sentences: Readonly<Record<string, string>> = {
    "no-program": `Could not start: there is no program ${program} on node ${context.nodeName}.`,
    "not-executable": `Could not start: ${program} is not executable.`,
    "no-directory": `Could not start: the directory ${cwd} does not exist on node ${context.nodeName}.`,
    "not-a-directory": `Could not start: ${cwd} is not a directory.`,
    "directory-denied": `Could not start: the directory ${cwd} may not be entered.`,
    output: "Could not start: its output file could not be opened. Is the disk full?",
    stdin: "Could not start: its standard input could not be opened.",
    script: "Could not start: its script could not be opened.",
    journal: "Could not start: the journal could not be written. Is the disk full?",
    files: "Could not start: its files could not be written. Is the disk full?",
    cgroup: "Could not start: its process could not join its control group. UTM_CGROUP=off does without.",
    input: "Could not start: its input could not be made. Is the disk full?",
    "limit-cpu": "Could not start: this machine allows less processor time than the limit asked for.",
    "limit-files": "Could not start: this machine allows fewer open files than the limit asked for.",
    "limit-nice": "Could not start: its niceness could not be set; below zero, only root may.",
    pty: `Could not start: node ${context.nodeName} cannot give it a terminal; \`utm doctor\` there says why.`,
    "mark-stderr": `Could not start: node ${context.nodeName} cannot mark standard error; \`utm doctor\` there says why.`,
    "run-as": `Could not start: its user could not be switched to; \`utm doctor\` on node ${context.nodeName} says why.`,
    sandbox: `Could not start: node ${context.nodeName} could not make its sandbox, and it is never run without.`,
    "sandbox-directory": `Could not start: the directory ${cwd} is not there in a strict sandbox. Give it another one.`,
  };
  return sentences[problem] ?? `Could not start (${problem}).`;
}

function lostSentence(cause: "restart" | "no-journal", nodeName: string): string {
  return cause === "restart"
    ? `Lost: the machine of node ${nodeName} restarted while it ran.`
    : `Lost: the journal of node ${nodeName} is gone, so nobody knows what became of it.`;
}

function leftoverSentence(report: TerminationReport | null): string {
  if (report === null || report.signalled === 0) {
    return "";
  }
  const count = report.signalled === 1 ? "1 process" : `${report.signalled} processes`;
  return ` It left ${count} behind, now ended.`;
}

function leftAloneSentence(pids: readonly number[] | null): string {
  if (pids === null || pids.length === 0) {
    return "";
  }
  const count = pids.length === 1 ? "1 process" : `${pids.length} processes`;
  const shown = pids.slice(0, 5).join(", ");
  return ` It left ${count} running (${shown}${pids.length > 5 ? ", …" : ""}).`;
}

function describeSeconds(seconds: number): string {
  return `${Number(seconds.toFixed(3))} s`;
}
