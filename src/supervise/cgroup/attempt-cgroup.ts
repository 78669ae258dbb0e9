import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What may not be exceeded by all processes of an attempt together; null where there is no limit. */
export type CgroupLimits = { memoryBytes?: number | null; processes?: number | null };

/** What the kernel counted for an attempt's group; null without its controller, or without a limit of that kind. */
export type CgroupFigures = {
  /** Processor time of every process that was ever in it. */
  cpuMs: number | null;
  memoryPeakBytes: number | null;
  /** Processes the kernel killed for want of memory. */
  oomKills: number | null;
  /** How often the memory limit was reached and nothing could be given back. */
  memoryLimitHits: number | null;
  /** How often a process could not be made because of the limit. */
  processesRefused: number | null;
};

/**
 * One attempt's control group. A process gets there by writing 0 to `joinPath`, and everything it starts is there too. Only
 * one with the right to move itself can leave (root, or an ordinary user to another group of the same user's, or whoever a
 * service moves): see processes/cgroup-tree.ts.
 */
export class AttemptCgroup {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get joinPath(): string {
    return join(this.path, "cgroup.procs");
  }

  isThere(): boolean {
    return existsSync(this.joinPath);
  }

  /** Makes the directory; one of an earlier try is taken as it is. */
  make(): void {
    try {
      mkdirSync(this.path);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw error;
      }
    }
  }

  /** A limit that was set holds for every process, also together. Throws when one cannot be set. */
  setLimits({ memoryBytes = null, processes = null }: CgroupLimits): void {
    if (memoryBytes !== null) {
      this.#write("memory.max", `${memoryBytes}`);
      // Otherwise it would go on in swap; a kernel without swap has no such file.
      this.#writeIfThere("memory.swap.max", "0");
      // All of them, not the one the kernel likes least: half an attempt is worse than none.
      this.#writeIfThere("memory.oom.group", "1");
    }
    if (processes !== null) {
      this.#write("pids.max", `${processes}`);
    }
  }

  /** Which of these limits the kernel really holds it to: one made when there was no controller has none. */
  keeps({ memoryBytes = null, processes = null }: CgroupLimits): { memory: boolean; processes: boolean } {
    return {
      memory: memoryBytes !== null && this.#hasLimit("memory.max"),
      processes: processes !== null && this.#hasLimit("pids.max"),
    };
  }

  #hasLimit(file: string): boolean {
    try {
      const text = readText(join(this.path, file))?.trim();
      return text !== undefined && text !== "max";
    } catch {
      // Not known (no descriptor left): then it is looked after as if there were none.
      return false;
    }
  }

  /** Process numbers of its members, those of groups it made below itself too. None when the group is gone. */
  pids(): number[] {
    return this.#directories().flatMap((directory) => readNumbers(join(directory, "cgroup.procs")));
  }

  /** True while any process is in it, one that is still on its way out of the kernel too. */
  isPopulated(): boolean {
    return this.#event("populated");
  }

  /** True once every process stands still. */
  isFrozen(): boolean {
    return this.#event("frozen");
  }

  /** True from the order to freeze until the order to thaw. */
  isToBeFrozen(): boolean {
    return readText(join(this.path, "cgroup.freeze"))?.trim() === "1";
  }

  /** Orders that all stand still, those to come too. False where the kernel cannot (before Linux 5.2). */
  freeze(): boolean {
    return this.#writeIfThere("cgroup.freeze", "1");
  }

  thaw(): void {
    this.#writeIfThere("cgroup.freeze", "0");
  }

  /** SIGKILL to all at once; nothing can fork away. False where the kernel cannot (before Linux 5.14). */
  kill(): boolean {
    return this.#writeIfThere("cgroup.kill", "1");
  }

  /** What a limit is about is read only if that limit was set: each file costs every short attempt its time. */
  figures({ memoryBytes = null, processes = null }: CgroupLimits): CgroupFigures {
    const read = (file: string, isWanted = true) => (isWanted ? readText(join(this.path, file)) : null);
    const cpuUs = countIn(read("cpu.stat"), "usage_usec");
    const memory = read("memory.events", memoryBytes !== null);
    const peak = read("memory.peak", memoryBytes !== null);
    return {
      cpuMs: cpuUs === null ? null : Math.round(cpuUs / 1000),
      memoryPeakBytes: peak === null ? null : Number(peak),
      oomKills: countIn(memory, "oom_kill"),
      memoryLimitHits: countIn(memory, "oom"),
      processesRefused: countIn(read("pids.events", processes !== null), "max"),
    };
  }

  /** Removes it with the groups below it. False while a process is in it. */
  remove(): boolean {
    try {
      for (const directory of this.#directories().reverse()) {
        rmdirSync(directory);
      }
      return true;
    } catch (error) {
      return codeOf(error) === "ENOENT";
    }
  }

  /** This one and those below it, from the top down. The link count tells cheaply that there are none. */
  #directories(): string[] {
    const found = [this.path];
    for (const directory of found) {
      if ((statSync(directory, { throwIfNoEntry: false })?.nlink ?? 0) > 2) {
        const below = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
        found.push(...below.map(({ name }) => join(directory, name)));
      }
    }
    return found;
  }

  #event(name: string): boolean {
    return countIn(readText(join(this.path, "cgroup.events")), name) === 1;
  }

  /** Without O_CREAT, so that a missing file is told as missing; some may only be written. */
  #write(file: string, text: string): void {
    const fd = openSync(join(this.path, file), constants.O_WRONLY);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  }

  #writeIfThere(file: string, text: string): boolean {
    try {
      this.#write(file, text);
      return true;
    } catch (error) {
      if (isAbsence(error)) {
        return false;
      }
      throw error;
    }
  }
}

/** Null when there is no such file; any other failure throws: having run out of descriptors says nothing. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isAbsence(error)) {
      return null;
    }
    throw error;
  }
}

function readNumbers(path: string): number[] {
  const words = readText(path)?.split("\n") ?? [];
  // A process of another pid namespace, which this one cannot see, reads as 0.
  return words.map(Number).filter((number) => number > 0);
}

/** A line `name value` of a flat keyed file. */
function countIn(text: string | null, name: string): number | null {
  const value = text === null ? undefined : new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

/** ENODEV: the group was removed while its file was open. */
function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENODEV"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
