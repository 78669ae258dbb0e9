import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readCgroup } from "../processes/proc.ts";

/** Where in the machine's tree of control groups (version 2) this server sits, and below which one its attempts go. */
export type Place = {
  /** The server's own. */
  own: string;
  /** The one below which attempts get theirs. */
  base: string;
  /** True for the tree's very top, the only one that may have processes and hand on controllers at once. */
  isTop: boolean;
  /** True when systemd puts the server's process straight into the base at every start. */
  isStartedInto: boolean;
};

/** A place, or the reason why there is none. The arguments are the files of proc(5) and cgroups(7). */
export function findPlace(
  mountInfo: string = readFileSync("/proc/self/mountinfo", "utf8"),
  ownCgroup: string = readFileSync("/proc/self/cgroup", "utf8"),
): Place | { problem: string } {
  const mount = findMount(mountInfo);
  if (mount === null) {
    return { problem: "This machine has no cgroup file system of version 2 mounted." };
  }
  const own = pathIn(mount, ownCgroup);
  if (own === null || !existsSync(join(own, "cgroup.procs"))) {
    return { problem: `The cgroup of this process cannot be seen below ${mount.point}.` };
  }
  const base = baseOf(own);
  return { own, base, isTop: !existsSync(join(base, "cgroup.type")), isStartedInto: base === own && isUnit(own) };
}

let ownMount: Mount | null | undefined;

/** Directory of the cgroup a process is in; null when it is gone, or the cgroup cannot be seen from here. */
export function findCgroupOf(pid: number): string | null {
  ownMount ??= findMount(readFileSync("/proc/self/mountinfo", "utf8"));
  const text = readCgroup(pid);
  return text === null || ownMount === null ? null : pathIn(ownMount, text);
}

type Mount = { root: string; point: string };

/** Fields by proc(5): 4 the root inside the file system, 5 the mount point, and behind the `-` the type. */
function findMount(mountInfo: string): Mount | null {
  for (const line of mountInfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const fields = before.split(" ");
    if (after.startsWith("cgroup2 ")) {
      return { root: unescapeField(fields[3] ?? ""), point: unescapeField(fields[4] ?? "") };
    }
  }
  return null;
}

function unescapeField(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** In a container the mount may show only a part of the tree, while the process is named by its place in the whole. */
function pathIn({ root, point }: Mount, cgroup: string): string | null {
  const inTree = /^0::(.*)$/m.exec(cgroup)?.[1];
  const prefix = root === "/" ? "" : root;
  if (inTree === undefined || (inTree !== root && !inTree.startsWith(`${prefix}/`))) {
    return null;
  }
  return join(point, inTree.slice(prefix.length)).replace(/(.)\/$/, "$1");
}

/**
 * The server's own, or the one above when the server sits in a leaf made for it: systemd's `DelegateSubgroup=`, or the
 * `server` an earlier life moved itself to (base.ts).
 */
function baseOf(own: string): string {
  const above = dirname(own);
  const isLeaf =
    !isUnit(own) && (isUnit(above) || (basename(own) === leafName && existsSync(join(above, attemptsName))));
  return isLeaf ? above : own;
}

function isUnit(path: string): boolean {
  return /\.(service|scope)$/.test(basename(path));
}

/** Directory of the server itself, where it has to leave the base. */
export const leafName = "server";
/** Directory of all attempts of this program below the base. */
export const attemptsName = "utm";
