import { type Capability, describeFailure, isProven, type ProbeMeans, provenExit, tryOut } from "./try-out.ts";

/** Can a task's standard error be told apart here (`mark_stderr`)? */
export async function probeMarking(means: ProbeMeans): Promise<Capability> {
  const { perl } = means.shell.tools;
  if (perl === null) {
    return { isAvailable: false, how: "", reason: "This machine has no perl(1), which marks standard error." };
  }
  const result = await tryOut(means, `echo proven >&2; exit ${provenExit}`, { isMarked: true });
  const isMarked = result.marks?.startsWith(`${String(0).padStart(15)} ${String(6).padStart(15)}\n`) === true;
  return isProven(result.how) && isMarked
    ? { isAvailable: true, how: perl, reason: null }
    : { isAvailable: false, how: "", reason: `Marking by ${perl} did not work: ${describeFailure(result)}.` };
}
