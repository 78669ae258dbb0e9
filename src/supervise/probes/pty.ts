import { type Capability, describeFailure, isProven, type ProbeMeans, provenExit, tryOut } from "./try-out.ts";

/** Can a task run on a terminal here (`pty`)? */
export async function probePty(means: ProbeMeans): Promise<Capability> {
  const { script, stty } = means.shell.tools;
  if (script === null || stty === null) {
    const reason = `This machine has no ${script === null ? "script(1), which util-linux brings" : "stty(1)"}.`;
    return { isAvailable: false, how: "", reason };
  }
  if (means.shell.signalReset.length === 0) {
    const reason =
      "The env(1) of this machine cannot give a program default signals; that of GNU coreutils 8.31 and newer can.";
    return { isAvailable: false, how: "", reason };
  }
  const command = `[ -t 0 ] && [ -t 1 ] && [ "$(${stty} size)" = "31 97" ] && exit ${provenExit}`;
  const result = await tryOut(means, command, { pty: { columns: 97, rows: 31 } });
  return isProven(result.how)
    ? { isAvailable: true, how: script, reason: null }
    : { isAvailable: false, how: "", reason: `A terminal by ${script} did not work: ${describeFailure(result)}.` };
}
