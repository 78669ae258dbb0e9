import { statSync } from "node:fs";
import { isGone, type ProcessStat, readIo } from "../processes/proc.ts";
import type { Membership } from "./attribution.ts";
import { readCgroup } from "./cgroup.ts";
import { LimitCheck } from "./limit-check.ts";
import { ProgramCount } from "./program-count.ts";
import { addPoint, endOf, newSeries } from "./series.ts";
import { Tally } from "./tally.ts";
import type { Counters, ExceededLimit, Usage, UsageLimits, UsageSeries } from "./usage.ts";

/** An attempt as it is given to the sampler. */
export type AttemptToSample = {
  key: string;
  /** Its first process. */
  pid: number;
  startTicks: string;
  startedAtMs: number;
  outputPath: string;
  /** Directory of its own cgroup (version 2), made for it and used by nothing else; null when it has none. */
  cgroupPath: string | null;
  /** Those that have to be seen to; null for one that the machine itself enforces. */
  limits: UsageLimits;
  /** What was stored of it before the server was restarted. */
  restored: Usage | null;
};

/** What one attempt has used. Time is in ms after its start, and never goes back, whatever the clock does. */
export class SampledAttempt implements Membership {
  readonly key: string;
  readonly pid: number;
  readonly startTicks: string;
  readonly outputPath: string;
  readonly cgroupPath: string | null;
  members = new Map<number, string>();
  readonly limitCheck: LimitCheck;
  /** When it is to be looked at out of turn, by performance.now(). */
  lookAtMs = Number.POSITIVE_INFINITY;
  readonly #originMs: number;
  readonly #tally: Tally;
  readonly #programCount: ProgramCount;
  readonly #series: UsageSeries;
  #looks: number;
  #total: Counters;
  #isIoKnown: boolean;
  /** Totals at the series' end. */
  #drawn: Counters & { isIoKnown: boolean };
  #maxRssBytes: number;
  #maxProcesses: number;
  /** The most seen since the series' end. */
  #recent = { rssBytes: 0, processes: 0 };
  #peakCgroupMemoryBytes: number | null;

  constructor(attempt: AttemptToSample, nowMs: number, onExceeded: (exceeded: ExceededLimit) => void) {
    const { restored } = attempt;
    this.key = attempt.key;
    this.pid = attempt.pid;
    this.startTicks = attempt.startTicks;
    this.outputPath = attempt.outputPath;
    this.cgroupPath = attempt.cgroupPath;
    this.limitCheck = new LimitCheck(attempt.key, attempt.limits, onExceeded);
    this.#programCount = new ProgramCount(attempt);
    this.#originMs = performance.now() - Math.max(0, nowMs - attempt.startedAtMs);
    this.#looks = restored?.looks ?? 0;
    this.#isIoKnown = restored === null || restored.looks === 0 || restored.readBytes !== null;
    this.#total = {
      cpuMs: restored?.cpuMs ?? 0,
      readBytes: restored?.readBytes ?? 0,
      writeBytes: restored?.writeBytes ?? 0,
    };
    const isIoLost = !this.#isIoKnown;
    this.#tally = new Tally(restored === null ? null : { past: restored.past, total: this.#total, isIoLost });
    this.#drawn = { ...this.#total, isIoKnown: this.#isIoKnown };
    this.#series = restored === null ? newSeries() : structuredClone(restored.series);
    this.#maxRssBytes = restored?.maxRssBytes ?? 0;
    this.#maxProcesses = restored?.maxProcesses ?? 0;
    this.#peakCgroupMemoryBytes = restored?.peakCgroupMemoryBytes ?? null;
  }

  /**
   * A whole look at its processes, zombies included: counters, memory, one stretch of the series. `gapFromMs`: time since
   * the last look from which on the stretch counts as one in which nobody looked.
   */
  sample(stats: readonly ProcessStat[], gapFromMs: number): void {
    if (stats.length === 0) {
      return;
    }
    this.#tally.update(stats.map(toReading));
    this.#count();
    const { living, processes } = this.#notePeaks(stats);
    if (living.length > 0) {
      this.#looks += 1;
      this.#draw(gapFromMs);
    }
    this.limitCheck.check(living, processes, this.#total.cpuMs);
  }

  get isSeen(): boolean {
    return this.#looks > 0;
  }

  /** A look at memory and number of processes only. */
  glance(stats: readonly ProcessStat[]): void {
    const { living, processes } = this.#notePeaks(stats);
    this.limitCheck.check(living, processes, this.#total.cpuMs);
  }

  /** Its cgroup is gone by now: what it knew to the end is told with the end (`AttemptEnding.figures`). */
  finish(): void {
    this.limitCheck.stop();
  }

  usage(): Usage {
    const { isSeen } = this;
    const isIoKnown = this.#isIoKnown && isSeen;
    return {
      cpuMs: this.#total.cpuMs,
      maxRssBytes: isSeen ? this.#maxRssBytes : null,
      maxProcesses: isSeen ? this.#maxProcesses : null,
      readBytes: isIoKnown ? this.#total.readBytes : null,
      writeBytes: isIoKnown ? this.#total.writeBytes : null,
      peakCgroupMemoryBytes: this.#peakCgroupMemoryBytes,
      looks: this.#looks,
      series: structuredClone(this.#series),
      past: this.#tally.past,
    };
  }

  /** What the cgroup counts is exact, and what the tally adds up a lower bound. */
  #count(): void {
    const { cpuMs, readBytes, writeBytes } = this.#tally.total;
    const cgroup = this.cgroupPath === null ? null : readCgroup(this.cgroupPath);
    const io = cgroup?.io ?? null;
    this.#isIoKnown = io !== null || this.#tally.isIoKnown;
    this.#total = {
      cpuMs: Math.max(this.#total.cpuMs, cgroup?.cpuMs ?? cpuMs),
      readBytes: Math.max(this.#total.readBytes, io?.readBytes ?? readBytes),
      writeBytes: Math.max(this.#total.writeBytes, io?.writeBytes ?? writeBytes),
    };
    this.#peakCgroupMemoryBytes = cgroup?.peakMemoryBytes ?? this.#peakCgroupMemoryBytes;
  }

  #notePeaks(stats: readonly ProcessStat[]): { living: ProcessStat[]; processes: number } {
    const living = stats.filter((stat) => !isGone(stat));
    const processes = this.#programCount.count(living);
    const rssBytes = living.reduce((sum, stat) => sum + stat.rssBytes, 0);
    this.#recent.rssBytes = Math.max(this.#recent.rssBytes, rssBytes);
    this.#recent.processes = Math.max(this.#recent.processes, processes);
    this.#maxRssBytes = Math.max(this.#maxRssBytes, rssBytes);
    this.#maxProcesses = Math.max(this.#maxProcesses, processes);
    return { living, processes };
  }

  #draw(gapFromMs: number): void {
    const endMs = endOf(this.#series);
    const atMs = Math.round(performance.now() - this.#originMs);
    // The clock was set back while the server was down: this stretch has no length that could be told.
    if (atMs <= endMs) {
      return;
    }
    const isIoKnown = this.#isIoKnown && this.#drawn.isIoKnown;
    addPoint(this.#series, {
      atMs,
      cpuMs: this.#total.cpuMs - this.#drawn.cpuMs,
      ...this.#recent,
      readBytes: isIoKnown ? kibBetween(this.#drawn.readBytes, this.#total.readBytes) : null,
      writeBytes: isIoKnown ? kibBetween(this.#drawn.writeBytes, this.#total.writeBytes) : null,
      outputBytes: sizeOf(this.outputPath),
      gapMs: atMs - endMs >= gapFromMs ? atMs - endMs : 0,
    });
    this.#drawn = { ...this.#total, isIoKnown: this.#isIoKnown };
    this.#recent = { rssBytes: 0, processes: 0 };
  }
}

function toReading(stat: ProcessStat) {
  const { pid, startTicks, parentPid, cpuMs, waitedCpuMs } = stat;
  const io = isGone(stat) ? null : readIo(pid);
  return { pid, startTicks, parentPid, cpuMs: cpuMs + waitedCpuMs, waitedCpuMs, io };
}

/** Null when it is not there or may not be seen. */
function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}

/** Rounded so that the sum over many stretches loses nothing. */
function kibBetween(before: number, after: number): number {
  return (Math.floor(after / 1024) - Math.floor(before / 1024)) * 1024;
}
