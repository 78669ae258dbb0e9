import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { quote } from "../launcher/quote.ts";
import { AttemptCgroup, type CgroupLimits } from "./attempt-cgroup.ts";
import type { CgroupBase } from "./base.ts";
import { findCgroupOf } from "./place.ts";

/**
 * The control groups of a node's attempts: made before the start, joined by the attempt's own process before it becomes
 * the program, removed when nothing is in it any more.
 *
 * Whether an attempt of an earlier life runs in one is asked of the kernel, since the base may have changed since: a server
 * started by hand sits elsewhere than one started by systemd. Only one whose process has not joined yet, or has ended, is
 * looked for by its name below the base.
 */
export class AttemptCgroups {
  readonly #base: CgroupBase | null;
  /** Those of ended attempts in which something still was. */
  readonly #leaving = new Set<AttemptCgroup>();

  constructor(base: CgroupBase | null) {
    this.#base = base;
  }

  /** Null where there are none. Throws when it cannot be made or a limit not be set. */
  make(key: string, limits: CgroupLimits): AttemptCgroup | null {
    if (this.#base === null) {
      return null;
    }
    const group = new AttemptCgroup(join(this.#base.path, key));
    group.make();
    try {
      group.setLimits({
        memoryBytes: this.#base.hasMemory ? limits.memoryBytes : null,
        processes: this.#base.hasPids ? limits.processes : null,
      });
    } catch (error) {
      group.remove();
      throw error;
    }
    return group;
  }

  /** The one an attempt of an earlier life was given; null when it runs without. */
  find(key: string, pid: number): AttemptCgroup | null {
    const path = findCgroupOf(pid);
    if (path !== null && basename(path) === key) {
      return new AttemptCgroup(path);
    }
    const named = this.#base === null ? null : new AttemptCgroup(join(this.#base.path, key));
    return named?.isThere() === true ? named : null;
  }

  /** Its attempt is over. Removed now, or as soon as what was left in it is gone. */
  release(group: AttemptCgroup): void {
    if (!group.remove()) {
      this.#leaving.add(group);
    }
  }

  /** Removes those that have become empty. */
  clean(): void {
    for (const group of this.#leaving) {
      if (group.remove()) {
        this.#leaving.delete(group);
      }
    }
  }

  /** Removes what earlier lives left; a group with processes in it (left alone on purpose) stays until it has none. */
  sweep(isKnown: (key: string) => boolean): void {
    if (this.#base === null || !existsSync(this.#base.path)) {
      return;
    }
    for (const entry of readdirSync(this.#base.path, { withFileTypes: true })) {
      if (entry.isDirectory() && !isKnown(entry.name)) {
        this.release(new AttemptCgroup(join(this.#base.path, entry.name)));
      }
    }
  }
}

/** The line by which an attempt's process joins, before its output is opened. */
export function joinLine(group: AttemptCgroup): string {
  return `echo 0 >${quote(group.joinPath)} || f cgroup`;
}
