import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStat } from "../processes/proc.ts";
import { leafName, type Place } from "./place.ts";

/**
 * Hands controllers (memory, pids, io) down to the attempts' groups.
 *
 * A group hands on a controller only while it has no process of its own (the top one excepted). Where the server itself
 * sits in the base, it moves to a leaf beside the attempts, with those of its parents that sit there too (what started
 * it). Not so in a unit of systemd without `DelegateSubgroup=`: systemd puts the next start of the server into the base,
 * and the kernel refuses that as long as attempts with controllers are below it. Then a server that was killed could not
 * come back while its attempts run, which is worse than to go without hard limits.
 */
export type HandedOn = {
  controllers: string[];
  /** What was done, or why some could not be had; null when there is nothing to say. */
  note: string | null;
};

/** Hands on what is wanted and there, from the base through `below` (its descendants, from the top down). */
export function handOn(place: Place, below: readonly string[], wanted: readonly string[]): HandedOn {
  const there = readWords(join(place.base, "cgroup.controllers"));
  const offered = wanted.filter((name) => there.includes(name));
  const isNew = offered.some((name) => !isHandedOn(place.base, name));
  if (isNew && place.isStartedInto) {
    return { controllers: [], note: `No hard limits: ${unitAdvice}.` };
  }
  const note = isNew && !place.isTop && place.own === place.base ? leaveBase(place) : null;
  const controllers = offered.filter((name) => passes([place.base, ...below], name));
  const refused = offered.filter((name) => !controllers.includes(name));
  if (offered.length === 0) {
    return { controllers, note: `No hard limits: the kernel offers none of ${wanted.join(", ")} at ${place.base}.` };
  }
  return { controllers, note: refused.length === 0 ? note : refusedNote(place, refused) };
}

function passes(path: readonly string[], controller: string): boolean {
  return path.every((directory) => {
    try {
      // Written only where needed: it makes the kernel visit every group below.
      if (!isHandedOn(directory, controller)) {
        writeFileSync(join(directory, "cgroup.subtree_control"), `+${controller}`);
      }
      return true;
    } catch {
      return false;
    }
  });
}

function isHandedOn(directory: string, controller: string): boolean {
  return readWords(join(directory, "cgroup.subtree_control")).includes(controller);
}

function leaveBase({ base }: Place): string | null {
  const leaf = join(base, leafName);
  try {
    mkdirSync(leaf, { recursive: true });
    const inBase = readWords(join(base, "cgroup.procs")).map(Number);
    for (let pid = process.pid; inBase.includes(pid); pid = readStat(pid)?.parentPid ?? 0) {
      writeFileSync(join(leaf, "cgroup.procs"), `${pid}`);
    }
    return `The server moved itself to ${leaf}, so that ${base} can hand limits on to attempts.`;
  } catch {
    return null;
  }
}

const unitAdvice =
  "the unit that starts this server needs Delegate=yes and DelegateSubgroup=server (systemd 254 or newer)";

function refusedNote({ base }: Place, controllers: readonly string[]): string {
  const others = readWords(join(base, "cgroup.procs")).length;
  const why = others === 0 ? "it is not ours to change" : `processes sit in it: ${others}`;
  return `No hard limits by ${controllers.join(", ")}: ${base} cannot hand them on; ${why}.`;
}

function readWords(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}
