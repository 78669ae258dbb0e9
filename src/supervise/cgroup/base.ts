import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AttemptCgroup } from "./attempt-cgroup.ts";
import { handOn } from "./controllers.ts";
import { attemptsName, findPlace, type Place } from "./place.ts";

/** What control groups (version 2) can do for attempts on this machine, found out by doing it. */
export type CgroupBase = {
  /** Directory of this node; each attempt's is below it. */
  path: string;
  /** All processes of a group can be killed with one write (Linux 5.14). */
  canKill: boolean;
  /** They can be frozen without noticing it (Linux 5.2). */
  canFreeze: boolean;
  hasMemory: boolean;
  hasPids: boolean;
  hasCpuStat: boolean;
  hasIo: boolean;
  /** What was done to the machine for it, or why something is missing; null when there is nothing to say. */
  note: string | null;
};

export type CgroupOptions = {
  mode: "auto" | "off";
  /** Tells this node from others on the machine: letters, digits, `-` and `_`. */
  node: string;
  controllers?: readonly string[];
};

const usualControllers = ["memory", "pids", "io"];

/** The base, or the reason why attempts run without control groups, as a sentence. Changes nothing when it cannot be had. */
export async function openCgroupBase(options: CgroupOptions): Promise<CgroupBase | { problem: string }> {
  const { mode, node, controllers = usualControllers } = options;
  if (mode === "off") {
    return { problem: "Control groups are turned off by the configuration." };
  }
  if (!/^[\w-]+$/.test(node)) {
    throw new Error(`${node} cannot be the name of a directory of control groups.`);
  }
  try {
    const place = findPlace();
    return "problem" in place ? place : await openAt(place, node, controllers);
  } catch (error) {
    return { problem: `Control groups could not be tried: ${(error as Error).message}.` };
  }
}

/**
 * The server stops: the node's directory goes, unless an attempt of it still runs. Attempts' own are not touched, also empty
 * ones: a process may be about to join.
 */
export function closeCgroupBase(base: CgroupBase | null): void {
  try {
    if (base !== null) {
      rmdirSync(base.path);
    }
  } catch {
    // Attempts go on below it; the next start uses it again.
  }
}

async function openAt(
  place: Place,
  node: string,
  controllers: readonly string[],
): Promise<CgroupBase | { problem: string }> {
  const attempts = join(place.base, attemptsName);
  const path = join(attempts, node);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    return { problem: refusal(place.base, error as NodeJS.ErrnoException) };
  }
  const handed = handOn(place, [attempts, path], controllers);
  const trial = new AttemptCgroup(join(path, "cgroup-trial"));
  try {
    trial.make();
    const able = await tryOut(trial);
    const has = (file: string) => existsSync(join(trial.path, file));
    return {
      path,
      ...able,
      hasMemory: handed.controllers.includes("memory") && has("memory.max"),
      hasPids: handed.controllers.includes("pids") && has("pids.max"),
      hasCpuStat: has("cpu.stat"),
      hasIo: handed.controllers.includes("io") && has("io.stat"),
      note: handed.note,
    };
  } catch (error) {
    await comesTrue(() => new AttemptCgroup(path).remove());
    return { problem: `A process could not be put into a cgroup below ${place.base}: ${(error as Error).message}.` };
  } finally {
    await comesTrue(() => trial.remove());
  }
}

function refusal(base: string, error: NodeJS.ErrnoException): string {
  if (error.code === "EROFS") {
    return `The control groups at ${base} are mounted read-only, as in most containers.`;
  }
  return error.code === "EACCES" || error.code === "EPERM"
    ? `The cgroup ${base} may not be changed by this user; a systemd unit with Delegate=yes would allow it.`
    : `No cgroup can be made below ${base}: ${error.message}.`;
}

/** Puts a process in, freezes it and kills it. It ends by itself, too, when this server dies: its input ends. */
async function tryOut(trial: AttemptCgroup): Promise<{ canKill: boolean; canFreeze: boolean }> {
  const child = spawn("/bin/sh", ["-c", 'echo 0 >"$1" && echo joined && exec cat', "sh", trial.joinPath], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  try {
    await Promise.race([once(child.stdout, "data"), ended]);
    if (!trial.pids().includes(child.pid ?? 0)) {
      throw new Error("it did not get there");
    }
    const canFreeze = trial.freeze() && (await comesTrue(() => trial.isFrozen()));
    const canKill = trial.kill() && (await comesTrue(() => trial.pids().length === 0));
    trial.thaw();
    return { canKill, canFreeze };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** The kernel carries such orders out a moment later. */
async function comesTrue(condition: () => boolean): Promise<boolean> {
  for (let look = 0; look < 100; look += 1) {
    if (condition()) {
      return true;
    }
    await wait(10);
  }
  return false;
}
