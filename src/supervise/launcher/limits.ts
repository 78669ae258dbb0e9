import type { Limits } from "../order.ts";
import { quote } from "./quote.ts";
import type { Shell } from "./shell.ts";

/**
 * The limits the kernel keeps for each process. Memory and the number of processes are not among them: as resource
 * limits they count one process, or all of the user's, and root not at all.
 *
 * Processor time has a soft and a hard limit: at the soft one the kernel sends SIGXCPU, which a program may use to end
 * in order; were both the same, it would be SIGKILL at once. `ulimit -p`, in bash, is the size of a pipe.
 */
export const secondsToEnd = 5;

/** Lines that set them, or tell which could not be set: a limit above the machine's hard one. */
export function limitLines(limits: Limits): string[] {
  const { cpuSeconds, openFiles } = limits;
  const lines: string[] = [];
  if (openFiles !== null) {
    lines.push(`ulimit -n ${openFiles} 2>/dev/null || f limit-files`);
  }
  if (cpuSeconds !== null) {
    const hard = cpuSeconds + secondsToEnd;
    // Not above a hard limit that is there: a lower one may be enough for what is asked.
    lines.push(`ulimit -S -t ${cpuSeconds} 2>/dev/null || f limit-cpu; ulimit -H -t ${hard} 2>/dev/null`);
  }
  return lines;
}

/**
 * nice(1) goes on with a warning when it is not allowed what it should do. Raising the niceness always is; before
 * lowering it, it is tried.
 */
export function niceWords(shell: Shell, nice: number | null): { lines: string[]; words: string[] } {
  if (nice === null || nice === 0) {
    return { lines: [], words: [] };
  }
  const tool = shell.tools.nice;
  if (tool === null) {
    return { lines: ["f limit-nice"], words: [] };
  }
  const program = quote(tool);
  const check = `[ "$(${program} -n ${nice} ${program} 2>/dev/null)" -lt "$(${program})" ] 2>/dev/null || f limit-nice`;
  return { lines: nice < 0 ? [check] : [], words: [tool, "-n", String(nice)] };
}
