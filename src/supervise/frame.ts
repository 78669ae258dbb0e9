import { frameEntry } from "./launcher/snippet.ts";
import type { AttemptOrder } from "./order.ts";
import { hasEnvironment, type ProcessStat } from "./processes/proc.ts";
import { signalProcess, trySignal } from "./processes/tree.ts";

/**
 * The frame of an attempt: processes of ours around the program, on a terminal, in a sandbox or where its standard error is
 * marked (launcher/minder.ts). They
 * have an entry of their own in the environment they were started with, and the program never has it.
 *
 * They end when the program has ended. A signal that asks a task to end, or any other that a person sends it, is not for
 * them: script(1) would take the terminal away from a program that is still at its last words, also if it is told to
 * ignore the signal, since it reads signals from a descriptor, which sees ignored ones, too.
 */

/**
 * The program among the attempt's processes: the root itself, or the oldest that the frame has started. Null when the root
 * has ended, or the program has not begun. What a program leaves to its sandbox's first process is younger than it.
 */
export function findProgram(members: readonly ProcessStat[], rootPid: number): ProcessStat | null {
  const root = members.find(({ pid }) => pid === rootPid) ?? null;
  if (root === null || !isOfFrame(root)) {
    return root;
  }
  const frame = new Set(members.filter(isOfFrame).map(({ pid }) => pid));
  const started = members.filter(({ pid, parentPid }) => !frame.has(pid) && frame.has(parentPid));
  return started.sort((a, b) => Number(a.startTicks) - Number(b.startTicks) || a.pid - b.pid)[0] ?? null;
}

/** How many the frame has while the program runs; a limit of processes is the program's, and these come on top of it. */
export function frameSize({ pty, sandbox, stderrMarksPath }: FramedOrder): number {
  const own = pty !== null ? terminalSize : stderrMarksPath !== null ? markingSize : 0;
  const around = own + (sandbox === "none" ? 0 : sandboxSize);
  return around === 0 ? 0 : around + minderSize;
}

type FramedOrder = Pick<AttemptOrder, "pty" | "sandbox" | "stderrMarksPath">;

const minderSize = 1;
/** script(1) and the shell on its terminal. */
const terminalSize = 2;
/** The copier (launcher/copier.ts) and the shell it starts. */
const markingSize = 2;
/** bwrap(1) or unshare(1), and the shell that is the first process inside. */
const sandboxSize = 2;

export function isOfFrame({ pid }: Pick<ProcessStat, "pid">): boolean {
  return hasEnvironment(pid, frameEntry);
}

/** True when a signal was sent: to a process of the program. One of the frame is only let run, if it was stopped. */
export function signalMember(member: ProcessStat, signal: NodeJS.Signals): boolean {
  return trySignalMember(member, signal) === "sent";
}

/** As signalMember, told apart; `frame` for one that the signal is not meant for. */
export function trySignalMember(member: ProcessStat, signal: NodeJS.Signals): "sent" | "gone" | "refused" | "frame" {
  if (isOfFrame(member)) {
    signalProcess(member, "SIGCONT");
    return "frame";
  }
  return trySignal(member, signal);
}
