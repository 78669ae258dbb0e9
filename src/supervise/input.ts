import { closeSync, constants, existsSync, openSync, writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type ProcessStat, readFdLink, readStat } from "./processes/proc.ts";
import { signalProcess } from "./processes/tree.ts";

/**
 * The standard input of a running attempt.
 *
 * It is a FIFO, made by a shell around the attempt's shim, the holder (program.ts), which keeps the writing end, descriptor
 * 7, and nothing of the reading end. So the program sees no end of input when the server ends, a restarted server finds the FIFO by its name,
 * and a write to a program that no longer reads fails instead of filling a pipe for nobody.
 *
 * An accepted byte is in the pipe, which lives in the kernel for as long as the holder or the program has it open: it
 * survives the server. Nothing else keeps bytes, so nothing is ever written twice.
 *
 * Text ordered with the attempt comes first. A child of the holder writes it, at the reader's pace, so it may be longer
 * than the pipe holds, and then deletes the file it was in; as long as that file is there, nothing else is written.
 * Whether the server lives makes no difference to it.
 *
 * The end of input is SIGUSR1 to the holder, which closes its end; the program sees the end once the text ordered with it
 * has been written. That it is closed is seen in /proc, so it is known after a restart, too. A holder that was killed has
 * closed it as well. It is the shim's parent, and known by its descriptor 7, which is this attempt's FIFO and no other's.
 *
 * A program on a terminal or in a sandbox has shells of ours around it, which keep the reading end open: that it closed
 * its input is not noticed before it ends. On a terminal the end of input arrives as the character Ctrl-D.
 */
export type InputTarget = {
  /** What the names of the attempt's files begin with. */
  base: string;
  takesInput: boolean;
  /** Null while it has not started. */
  shimPid: number | null;
  isOver: boolean;
};

export type InputRefusal = {
  /** no-input: it was started without; ended: its input was ended before; closed: it reads no more. */
  refused: "no-input" | "ended" | "closed";
};

export type Written = { acceptedBytes: number } | InputRefusal;
export type Ended = { ended: true } | InputRefusal;

/** Time a write waits for the reader to make room, and the shim may take to close. */
const patienceMs = 3000;
const shortestPauseMs = 2;
const longestPauseMs = 50;

export class Inputs {
  /** The last order per attempt: one at a time, in the order they came. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #find: (key: string) => InputTarget | null;

  /** `find` answers what is known of an attempt now; null for an unknown one. */
  constructor(find: (key: string) => InputTarget | null) {
    this.#find = find;
  }

  /** Writes and answers how many bytes the pipe has taken: fewer than given when the program reads too slowly. */
  write(key: string, bytes: Buffer): Promise<Written> {
    return this.#afterOthers(key, () => writeBytes(() => this.#find(key), bytes));
  }

  /** Ends it, after what was written before. */
  end(key: string): Promise<Ended> {
    return this.#afterOthers(key, () => endInput(() => this.#find(key)));
  }

  async #afterOthers<T>(key: string, action: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key);
    const own = before === undefined ? action() : before.then(action, action);
    this.#queues.set(key, own);
    try {
      return await own;
    } finally {
      if (this.#queues.get(key) === own) {
        this.#queues.delete(key);
      }
    }
  }
}

function pathOf(target: InputTarget): string {
  return `${target.base}.input`;
}

/** Why nothing can be written now: a refusal, "not-yet", or null when it can. */
function obstacle(target: InputTarget | null): InputRefusal | "not-yet" | null {
  if (target === null || target.isOver) {
    return { refused: "closed" };
  }
  if (!target.takesInput) {
    return { refused: "no-input" };
  }
  if (target.shimPid === null) {
    return "not-yet";
  }
  return holderOf(target) === null ? { refused: "ended" } : null;
}

/** The holder of its input: the shim's parent, as long as it holds it. */
function holderOf(target: InputTarget): ProcessStat | null {
  const shim = target.shimPid === null ? null : readStat(target.shimPid);
  const holder = shim === null ? null : readStat(shim.parentPid);
  return holder !== null && readFdLink(holder.pid, 7) === pathOf(target) ? holder : null;
}

async function writeBytes(target: () => InputTarget | null, bytes: Buffer): Promise<Written> {
  let accepted = 0;
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const now = target();
    const found = obstacle(now);
    if (found !== null && found !== "not-yet") {
      return accepted > 0 ? { acceptedBytes: accepted } : found;
    }
    if (now !== null && found === null && !existsSync(`${now.base}.stdin`)) {
      const count = writeSome(pathOf(now), bytes.subarray(accepted));
      if (count === "closed") {
        return accepted > 0 ? { acceptedBytes: accepted } : { refused: "closed" };
      }
      accepted += count;
      if (count > 0) {
        pauseMs = shortestPauseMs;
      }
    }
    if (accepted === bytes.length || performance.now() > deadline) {
      return { acceptedBytes: accepted };
    }
    await wait(pauseMs);
  }
}

/** Writes what there is room for. */
function writeSome(path: string, bytes: Buffer): number | "closed" {
  let fd = -1;
  let count = 0;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    while (count < bytes.length) {
      count += writeSync(fd, bytes, count);
    }
    return count;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EAGAIN") {
      return count;
    }
    // No reader (on opening, on writing), or removed since.
    if (code === "ENXIO" || code === "EPIPE" || code === "ENOENT") {
      return count > 0 ? count : "closed";
    }
    throw error;
  } finally {
    if (fd >= 0) {
      closeSync(fd);
    }
  }
}

async function endInput(target: () => InputTarget | null): Promise<Ended> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const now = target();
    const found = obstacle(now);
    if (found !== null && found !== "not-yet") {
      return found;
    }
    const holder = now === null ? null : holderOf(now);
    if (now !== null && holder !== null) {
      signalProcess(holder, "SIGUSR1");
      return await closed(holder.pid, pathOf(now));
    }
    if (performance.now() > deadline) {
      throw new Error("The end of input could not be told: the attempt has not started yet.");
    }
    await wait(longestPauseMs);
  }
}

async function closed(holderPid: number, path: string): Promise<Ended> {
  const deadline = performance.now() + patienceMs;
  while (readFdLink(holderPid, 7) === path) {
    if (performance.now() > deadline) {
      throw new Error(
        "The end of input was asked for, and is not done yet: its holder is stopped, or the machine stalls.",
      );
    }
    await wait(shortestPauseMs);
  }
  return { ended: true };
}
