import { secondsToEnd } from "../launcher/limits.ts";
import { noLimits } from "../order.ts";
import { type Capability, describeFailure, isProven, type ProbeMeans, provenExit, tryOut } from "./try-out.ts";

/** Does the shell set limits of processor time and open files (`cpuSeconds`, `openFiles`)? */
export async function probeLimits(means: ProbeMeans): Promise<Capability> {
  const [cpuSeconds, openFiles] = [77, 64];
  const checks = [
    `[ "$(ulimit -S -t)" = ${cpuSeconds} ]`,
    `[ "$(ulimit -H -t)" = ${cpuSeconds + secondsToEnd} ]`,
    `[ "$(ulimit -S -n)" = ${openFiles} ]`,
    `exit ${provenExit}`,
  ];
  const result = await tryOut(means, checks.join(" && "), { limits: { ...noLimits, cpuSeconds, openFiles } });
  return isProven(result.how)
    ? { isAvailable: true, how: "ulimit", reason: null }
    : {
        isAvailable: false,
        how: "",
        reason: `The shell's ulimit did not set what it should: ${describeFailure(result)}.`,
      };
}

/** Can a task run with another niceness (`nice`), and also with a lower one than the server's? */
export async function probeNice(means: ProbeMeans): Promise<Capability> {
  const { nice } = means.shell.tools;
  if (nice === null) {
    return { isAvailable: false, how: "", reason: "This machine has no nice(1)." };
  }
  const own = await tryOut(means, nice);
  const raised = await tryOut(means, nice, { limits: { ...noLimits, nice: 1 } });
  if (!(Number(raised.output) > Number(own.output) || Number(own.output) === 19)) {
    return {
      isAvailable: false,
      how: "",
      reason: `Raising the niceness by ${nice} changed nothing: ${describeFailure(raised)}.`,
    };
  }
  const lowered = await tryOut(means, nice, { limits: { ...noLimits, nice: -1 } });
  const isLowered = lowered.how?.kind === "exited";
  const reason = isLowered
    ? null
    : "Only above zero: below zero, a process comes before others, which only root may ask.";
  return { isAvailable: true, how: nice, reason };
}
