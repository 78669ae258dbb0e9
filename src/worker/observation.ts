import type { Log } from "../log/log.ts";
import type { Gap, OutputStore } from "../output/output.ts";
import type { ProgressWatch } from "../output/progress-watch.ts";
import type { Store, UsageTotals } from "../store/store.ts";
import type { StartedAttempt } from "../supervise/supervision.ts";
import { decodeUsage, encodeUsage } from "../supervise/usage/encoding.ts";
import type { LiveProcess, UsageSampler } from "../supervise/usage/sampler.ts";
import type { Usage } from "../supervise/usage/usage.ts";
import type { HeldAttempt } from "./held-attempt.ts";
import type { Exceeded } from "./limits.ts";

/**
 * What is seen of running attempts from outside: what they use, how far they say they are, how much they write. Nothing
 * here is needed to run or end one, so whatever fails is logged and left out.
 */
export type ObservationOptions = {
  store: Store;
  output: OutputStore;
  log: Log;
  clock: () => number;
  sampler: UsageSampler;
  progress: ProgressWatch;
  /** 0: no limit on what is kept. */
  capBytes: number;
  /** Attempts whose processes run. */
  running: () => HeldAttempt[];
  onExceeded(held: HeldAttempt, exceeded: Exceeded): void;
  /** A program of its own has emptied its output. */
  onEmptied(held: HeldAttempt): void;
  onChange(change: { taskId: number; kind: "changed" }): void;
};

/** Usage goes to the record now and then, so that a restart of the server does not begin at nothing. */
const saveIntervalMs = 15_000;

export class Observation {
  readonly #options: ObservationOptions;
  #isCapping = false;
  #problem: string | null = null;

  constructor(options: ObservationOptions) {
    this.#options = options;
  }

  /** Its process runs. */
  begin(
    held: HeldAttempt,
    process: Pick<StartedAttempt, "pid" | "startTicks" | "startedAtMs" | "cgroupPath" | "kernelKeeps">,
  ): void {
    const { memoryBytes, cpuSeconds, processes } = held.task.spec.limits;
    const { kernelKeeps, ...rest } = process;
    const restored = held.restoredUsage;
    this.#options.sampler.add({
      ...rest,
      key: held.key,
      outputPath: held.outputPath,
      limits: {
        memoryBytes: kernelKeeps.memory ? null : memoryBytes,
        processes: kernelKeeps.processes ? null : processes,
        cpuMs: cpuSeconds === null ? null : cpuSeconds * 1000,
      },
      restored: restored === null ? null : decodeUsage(restored),
    });
  }

  /** It is over: all that was seen of it. `waitedCpuMs` is what its shim counted. */
  end(held: HeldAttempt, waitedCpuMs: number | null): { usage: UsageTotals; usageSeries: string | null } {
    const seen = this.#options.sampler.remove(held.key);
    if (seen === null) {
      const nothing = { maxRssBytes: null, maxProcesses: null, readBytes: null, writeBytes: null };
      return { usage: { cpuMs: waitedCpuMs, ...nothing }, usageSeries: null };
    }
    const cpuMs = Math.max(seen.cpuMs, waitedCpuMs ?? 0);
    const isSeries = seen.series.points.length > 0;
    return { usage: { ...totalsOf(seen), cpuMs }, usageSeries: isSeries ? encodeUsage(seen) : null };
  }

  processes(held: HeldAttempt): LiveProcess[] {
    return this.#options.sampler.processes(held.key) ?? [];
  }

  /** What it used so far, encoded; null when nothing was seen. */
  series(held: HeldAttempt): string | null {
    const seen = this.#options.sampler.peek(held.key);
    return seen === null ? null : encodeUsage(seen);
  }

  /** One round over all outputs: kept below the cap, and their limit seen to. Nothing while the last one is under way. */
  async lookAtOutputs(): Promise<void> {
    const { output, capBytes, log, running } = this.#options;
    if (this.#isCapping) {
      return;
    }
    this.#isCapping = true;
    for (const held of running()) {
      const ref = held.fence;
      try {
        const size = await output.size(ref);
        await this.#lookForEmptying(held, size);
        this.#checkOutputLimit(held, size);
        if (capBytes > 0) {
          await output.cap(ref, capBytes);
        }
      } catch (error) {
        log.error({ err: error, taskId: ref.taskId, attempt: ref.attempt }, "output not looked at");
      }
    }
    this.#isCapping = false;
    this.#tellProblem();
  }

  /**
   * An output only grows, unless a program opens it anew to write from its start, as `>/dev/stderr` does where standard error
   * is a file. Nothing can keep it from that; it is seen when the file is smaller than at the last look, or begins
   * otherwise. One that is gone was taken away by somebody else.
   */
  async #lookForEmptying(held: HeldAttempt, size: number): Promise<void> {
    const { output, onEmptied } = this.#options;
    const seen = held.seenOutput;
    const beginning = output.beginning(held.fence);
    held.seenOutput = { bytes: size, beginning };
    const isSameBeginning = seen.beginning.equals(beginning.subarray(0, seen.beginning.length));
    if ((size < seen.bytes || !isSameBeginning) && (await output.isThere(held.fence))) {
      held.emptiedBytes += isSameBeginning ? seen.bytes - size : seen.bytes;
      onEmptied(held);
    }
  }

  #checkOutputLimit(held: HeldAttempt, size: number): void {
    const { outputBytes } = held.task.spec.limits;
    if (outputBytes !== null && held.cause === null && size > outputBytes) {
      this.#options.onExceeded(held, { limit: "output", limitValue: outputBytes, seen: size });
    }
  }

  #tellProblem(): void {
    const problem = this.#options.output.capProblem();
    if (problem !== null && problem !== this.#problem) {
      this.#options.log.warn({ problem }, "outputs cannot be kept below their limit");
    }
    this.#problem = problem;
  }

  /** Once a second, after the sampler has looked: progress, and usage into the record. */
  async lookAtAttempts(): Promise<void> {
    await this.#saveUsage();
    await this.#noteProgress().catch((error: unknown) => {
      this.#options.log.error({ err: error }, "progress not recorded");
    });
  }

  async #noteProgress(): Promise<void> {
    const { progress, store, clock, running, onChange } = this.#options;
    const held = running();
    for (const { attempt, progress: value } of await progress.look(held.map(({ fence }) => fence))) {
      const one = held.find(({ fence }) => fence.taskId === attempt.taskId && fence.attempt === attempt.attempt);
      if (one !== undefined && (await store.attempts.noteProgress({ ...one.fence, progress: value, now: clock() }))) {
        onChange({ taskId: attempt.taskId, kind: "changed" });
      }
    }
  }

  async #saveUsage(): Promise<void> {
    const { sampler, store, clock, log, running } = this.#options;
    const now = clock();
    for (const held of running()) {
      const savedAt = held.usageSavedAt;
      const isTime = savedAt === null || Math.abs(now - savedAt) >= saveIntervalMs;
      const seen = isTime && !held.isEnded ? sampler.peek(held.key) : null;
      if (seen !== null) {
        held.usageSavedAt = now;
        await store.attempts
          .noteUsage({ ...held.fence, usage: totalsOf(seen), usageSeries: encodeUsage(seen) })
          .catch((error: unknown) => log.error({ err: error, ...held.fence }, "usage not recorded"));
      }
    }
  }

  /** An output that cannot be read (a removed directory, a failing disk) must not keep an end from being reported. */
  async measure(held: HeldAttempt): Promise<{ outputBytes: number; outputGap: Gap | null }> {
    const { output, capBytes, log } = this.#options;
    const attempt = held.fence;
    try {
      if (capBytes > 0) {
        await output.cap(attempt, capBytes);
      }
      const outputBytes = await output.size(attempt);
      await this.#lookForEmptying(held, outputBytes);
      return { outputBytes, outputGap: await output.gap(attempt) };
    } catch (error) {
      log.error({ err: error, taskId: attempt.taskId, attempt: attempt.attempt }, "output not measured");
      return { outputBytes: 0, outputGap: null };
    }
  }
}

function totalsOf(usage: Usage): UsageTotals {
  const { cpuMs, maxRssBytes, maxProcesses, readBytes, writeBytes } = usage;
  return { cpuMs, maxRssBytes, maxProcesses, readBytes, writeBytes };
}
