import type { AttemptFiles } from "./attempt-files.ts";
import type { AttemptCgroup } from "./cgroup/attempt-cgroup.ts";
import { type AttemptCgroups, joinLine } from "./cgroup/attempt-cgroups.ts";
import { frameSize } from "./frame.ts";
import type { Generation } from "./generation.ts";
import type { Generations } from "./generations.ts";
import type { Supervision } from "./supervision.ts";
import type { Tracked } from "./tracked.ts";

/** A launcher that has not started an attempt within this time is replaced. */
const startPatienceMs = 10_000;

/** Gives attempts to the launcher, and again to the next one when the launcher did not start them. */
export class Starting {
  readonly #supervision: Supervision;
  readonly #files: AttemptFiles;
  readonly #groups: AttemptCgroups;
  readonly #generations: Generations;

  constructor(supervision: Supervision, files: AttemptFiles, groups: AttemptCgroups, generations: Generations) {
    this.#supervision = supervision;
    this.#groups = groups;
    this.#files = files;
    this.#generations = generations;
  }

  /** Throws when its files cannot be written; then nothing of it is left. */
  send(tracked: Tracked): void {
    const group = this.#makeGroup(tracked);
    const { message, hasFiles } = this.#writeFiles(tracked, group);
    tracked.group = group;
    tracked.mayHaveFiles = hasFiles;
    tracked.isUnsent = false;
    tracked.generation = this.#generations.current;
    tracked.orderedAtMs = performance.now();
    tracked.isOfEarlierLife = false;
    this.#generations.send(message);
  }

  #writeFiles({ order }: Tracked, group: AttemptCgroup | null): { message: string; hasFiles: boolean } {
    try {
      return this.#files.write(order, group === null ? null : joinLine(group));
    } catch (error) {
      if (group !== null) {
        this.#groups.release(group);
      }
      this.#files.remove(order.key);
      throw error;
    }
  }

  /** One that cannot be had (too many on the machine) is no reason not to start; how it runs is told when it does. */
  #makeGroup({ order }: Tracked): AttemptCgroup | null {
    try {
      const { memoryBytes, processes } = order.limits;
      const all = processes === null ? null : processes + frameSize(order);
      return this.#groups.make(order.key, { memoryBytes, processes: all });
    } catch (error) {
      const { options } = this.#supervision;
      options.onWarning("attempt runs without a control group", { err: error, key: order.key });
      return null;
    }
  }

  /** When its files cannot be written (a full disk), it stays unstarted, and the tick comes back to it. */
  sendAgain(tracked: Tracked): void {
    try {
      this.send(tracked);
    } catch (error) {
      tracked.isUnsent = true;
      const { options } = this.#supervision;
      options.onWarning("attempt could not be sent again", { err: error, key: tracked.order.key });
    }
  }

  /** Orders again what this generation was given and can no longer start. */
  resend(from: Generation): void {
    for (const tracked of [...this.#supervision.tracked.values()]) {
      if (tracked.generation === from && tracked.process === null && !tracked.isOver) {
        this.sendAgain(tracked);
      }
    }
  }

  /** Sends what is still to be sent again, and replaces a launcher that does not start what it was given. */
  check(unstarted: readonly Tracked[]): void {
    let isStuck = false;
    for (const tracked of unstarted) {
      if (tracked.isUnsent) {
        this.sendAgain(tracked);
      } else if (performance.now() - tracked.orderedAtMs > startPatienceMs) {
        isStuck = true;
      }
    }
    if (isStuck) {
      this.#generations.replace("stuck");
    }
  }
}
