import type { ProcessIo } from "../processes/proc.ts";
import type { Counters } from "./usage.ts";

/**
 * Adds up the counters of an attempt's processes over its whole life, though processes come and go between two looks.
 *
 * The kernel gives each process its own counters plus those of the children it has waited for. So a child's end changes
 * nothing in the sum over all living processes, *if* its parent waits for it: what the child had moves to the parent, with
 * what it used after the last look, and with all its own children that no look has ever seen. Only the rest has to be kept:
 *
 *   - A process that is gone leaves its last seen counters to its nearest ancestor still there, as `owed`: this ancestor's
 *     counter of waited-for children should grow by at least that much, and as it grows the debt is paid off.
 *   - It may be paid one look later: the parent can be read before it waits, and the child, gone, after it.
 *   - What is not paid by then never will be (the child was waited for by the first process of the machine, after its own
 *     parent had ended; or the parent ignores SIGCHLD): it becomes `past`. So does what is left to nobody.
 *
 * Readings come in rising order of pids, which puts parents before their children unless the numbers have begun again
 * from the bottom: read in the other order, a child waited for in between would be counted twice. The total never falls;
 * should the sum, the difference is called past.
 */
export type Reading = {
  pid: number;
  startTicks: string;
  parentPid: number;
  /** Own and waited-for processor time. */
  cpuMs: number;
  /** Of that, the waited-for part. */
  waitedCpuMs: number;
  /** Null where it could not be read any more: the last values stand. */
  io: ProcessIo | "refused" | null;
};

type Entry = {
  pid: number;
  startTicks: string;
  parentPid: number;
  has: Counters;
  waitedCpuMs: number;
  /** Left by processes that are gone and not yet seen in the counters of this one: at this look, and at the one before. */
  owed: Counters;
  owedBefore: Counters;
  isIoRefused: boolean;
};

export class Tally {
  readonly #entries = new Map<number, Entry>();
  readonly #past: Counters;
  #total: Counters;
  #isIoLost: boolean;

  /** `earlier`: what an earlier life of this server had counted, to go on from there. */
  constructor(earlier: { past: Counters; total: Counters; isIoLost: boolean } | null) {
    this.#past = { ...(earlier?.past ?? nothing) };
    this.#total = { ...(earlier?.total ?? nothing) };
    this.#isIoLost = earlier?.isIoLost ?? false;
  }

  get total(): Counters {
    return this.#total;
  }

  /** What is not in the counters of a process that is there. */
  get past(): Counters {
    const past = { ...this.#past };
    for (const entry of this.#entries.values()) {
      add(past, entry.owed);
      add(past, entry.owedBefore);
    }
    return past;
  }

  /** False while a process may not be looked at, and for ever when what it read and wrote was lost with it. */
  get isIoKnown(): boolean {
    return !this.#isIoLost && ![...this.#entries.values()].some((entry) => entry.isIoRefused);
  }

  /** Takes in all of the attempt's processes that are there now, zombies included. */
  update(readings: readonly Reading[]): void {
    for (const entry of this.#entries.values()) {
      add(this.#past, entry.owedBefore);
      entry.owedBefore = entry.owed;
      entry.owed = { ...nothing };
    }
    this.#dropGone(new Map(readings.map((reading) => [reading.pid, reading.startTicks])));
    for (const reading of readings) {
      const entry = this.#entries.get(reading.pid);
      if (entry === undefined) {
        this.#entries.set(reading.pid, newEntry(reading));
      } else {
        grow(entry, reading);
      }
    }
    this.#sum();
  }

  #dropGone(present: ReadonlyMap<number, string>): void {
    const isGone = (entry: Entry) => present.get(entry.pid) !== entry.startTicks;
    const gone = [...this.#entries.values()].filter(isGone);
    for (const entry of gone) {
      let heir = this.#entries.get(entry.parentPid);
      while (heir !== undefined && isGone(heir)) {
        heir = this.#entries.get(heir.parentPid);
      }
      const legacy = heir?.owed ?? this.#past;
      add(legacy, entry.has);
      add(legacy, entry.owed);
      add(legacy, entry.owedBefore);
      this.#isIoLost ||= entry.isIoRefused && heir === undefined;
    }
    for (const entry of gone) {
      this.#entries.delete(entry.pid);
    }
  }

  #sum(): void {
    const sum = this.past;
    for (const entry of this.#entries.values()) {
      add(sum, entry.has);
    }
    for (const name of names) {
      const missing = this.#total[name] - sum[name];
      if (missing > 0) {
        this.#past[name] += missing;
        sum[name] += missing;
      }
    }
    this.#total = sum;
  }
}

const nothing: Readonly<Counters> = { cpuMs: 0, readBytes: 0, writeBytes: 0 };
const names = ["cpuMs", "readBytes", "writeBytes"] as const;

function add(to: Counters, what: Readonly<Counters>): void {
  for (const name of names) {
    to[name] += what[name];
  }
}

function newEntry({ pid, startTicks, parentPid, cpuMs, waitedCpuMs, io }: Reading): Entry {
  const isIoRefused = io === "refused";
  const has = { ...nothing, ...(io === null || io === "refused" ? {} : io), cpuMs };
  return {
    pid,
    startTicks,
    parentPid,
    has,
    waitedCpuMs,
    owed: { ...nothing },
    owedBefore: { ...nothing },
    isIoRefused,
  };
}

function grow(entry: Entry, reading: Reading): void {
  const { io } = reading;
  entry.parentPid = reading.parentPid;
  pay(entry, "cpuMs", reading.waitedCpuMs - entry.waitedCpuMs);
  entry.has.cpuMs = reading.cpuMs;
  entry.waitedCpuMs = reading.waitedCpuMs;
  entry.isIoRefused = io === "refused";
  if (io !== null && io !== "refused") {
    // These have no waited-for part of their own, so all growth pays: the sum may be too small, never too large.
    pay(entry, "readBytes", io.readBytes - entry.has.readBytes);
    pay(entry, "writeBytes", io.writeBytes - entry.has.writeBytes);
    entry.has.readBytes = io.readBytes;
    entry.has.writeBytes = io.writeBytes;
  }
}

function pay(entry: Entry, name: keyof Counters, amount: number): void {
  const first = Math.min(entry.owedBefore[name], amount);
  entry.owedBefore[name] -= first;
  entry.owed[name] -= Math.min(entry.owed[name], amount - first);
}
