import { execFileSync } from "node:child_process";
import { findProgram } from "../launcher/shell.ts";
import { type Capability, describeFailure, isProven, type ProbeMeans, provenExit, tryOut } from "./try-out.ts";

/** Can tasks run as another user than the server? Tried with the one configured, else with nobody. */
export async function probeRunAs(means: ProbeMeans): Promise<Capability> {
  const { setpriv } = means.shell.tools;
  if (process.getuid?.() !== 0) {
    const reason = "The server does not run as root, and only root can start processes as another user.";
    return { isAvailable: false, how: "", reason };
  }
  if (setpriv === null) {
    return { isAvailable: false, how: "", reason: "This machine has no setpriv(1), which util-linux brings." };
  }
  const runAs = means.runAs ?? { name: "nobody", uid: 65_534, gid: 65_534, home: "/" };
  const id = findProgram("id", means.searchPath);
  const groups = id === null ? null : groupsOf(id, runAs.name);
  const isUser = `[ "$(${id ?? "id"} -u)" = ${runAs.uid} ]`;
  const isInGroups = groups === null ? "true" : `[ "$(${id ?? "id"} -G)" = "${groups}" ]`;
  const result = await tryOut({ ...means, runAs }, `${isUser} && ${isInGroups} && exit ${provenExit}`);
  return isProven(result.how)
    ? { isAvailable: true, how: setpriv, reason: null }
    : { isAvailable: false, how: "", reason: `Tried as ${runAs.name}: ${describeFailure(result)}.` };
}

/** Null where there is no such user by name. */
function groupsOf(id: string, name: string): string | null {
  try {
    return execFileSync(id, ["-G", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
