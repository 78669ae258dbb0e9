import { frameEntry } from "./launcher/snippet.ts";
import { hasEnvironment, type ProcessStat } from "./processes/proc.ts";
import { signalProcess } from "./processes/tree.ts";

/**
 * The frame of an attempt: processes of ours around the program, on a terminal or in a sandbox (launcher/minder.ts). They
 * have an entry of their own in the environment they were started with, and the program never has it.
 *
 * They end when the program has ended. A signal that asks a task to end, or any other that a person sends it, is not for
 * them: script(1) would take the terminal away from a program that is still at its last words, also if it is told to
 * ignore the signal, since it reads signals from a descriptor, which sees ignored ones, too.
 */
/** True when a signal was sent: to a process of the program. One of the frame is only let run, if it was stopped. */
export function signalMember(member: ProcessStat, signal: NodeJS.Signals): boolean {
  if (hasEnvironment(member.pid, frameEntry)) {
    signalProcess(member, "SIGCONT");
    return false;
  }
  return signalProcess(member, signal);
}
