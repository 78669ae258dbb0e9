import type { AttemptEnds } from "./attempt-ends.ts";
import type { AttemptCgroups } from "./cgroup/attempt-cgroups.ts";
import type { Control } from "./control.ts";
import type { Disowned } from "./disowned.ts";
import { findUnrecorded, type Generation, note } from "./generation.ts";
import type { JournalRecord } from "./journal/record.ts";
import { CgroupTree } from "./processes/cgroup-tree.ts";
import { ScannedTree } from "./processes/scanned-tree.ts";
import type { Supervision } from "./supervision.ts";
import { howItEnded, type Tracked } from "./tracked.ts";

type Kind<K extends JournalRecord["kind"]> = Extract<JournalRecord, { kind: K }>;

/** Takes what the journals say into what is known of each attempt. */
export class JournalNotes {
  readonly #supervision: Supervision;
  readonly #ends: AttemptEnds;
  readonly #groups: AttemptCgroups;
  readonly #disowned: Disowned;
  readonly #control: Control;

  constructor(
    supervision: Supervision,
    parts: { groups: AttemptCgroups; ends: AttemptEnds; disowned: Disowned; control: Control },
  ) {
    this.#supervision = supervision;
    this.#groups = parts.groups;
    this.#ends = parts.ends;
    this.#disowned = parts.disowned;
    this.#control = parts.control;
  }

  /** Reads what was written to a journal since the last time. */
  apply(generation: Generation): void {
    if (this.#supervision.isClosed) {
      return;
    }
    for (const record of generation.journal.read()) {
      note(generation, record);
      if ("key" in record && !this.#supervision.tracked.has(record.key)) {
        this.#disowned.note(generation, record);
      }
      this.#applyRecord(generation, record);
    }
  }

  /** Takes in what runs and stands in no journal; see findUnrecorded. */
  recover(generation: Generation): void {
    for (const record of findUnrecorded(generation)) {
      const tracked = this.#supervision.tracked.get(record.key);
      if (tracked !== undefined && tracked.process === null && !tracked.isOver) {
        const { key } = record;
        this.#supervision.options.onWarning("attempt runs and its record is gone: adopted by its marker", { key });
        note(generation, record);
        this.#applyRecord(generation, record);
      }
    }
  }

  #applyRecord(generation: Generation, record: JournalRecord): void {
    switch (record.kind) {
      case "process":
        this.#noteStarted(generation, record);
        break;
      case "state":
        this.#noteState(generation, record);
        break;
      case "failed":
        this.#noteFailed(record);
        break;
      case "end":
        this.#noteEnd(generation, record);
        break;
      case "header":
      case "launcher":
        break;
      default:
        record satisfies never;
    }
  }

  #noteStarted(generation: Generation, record: Kind<"process">): void {
    const { tracked: all, incarnation, options } = this.#supervision;
    const tracked = all.get(record.key);
    if (tracked === undefined || tracked.isOver) {
      return;
    }
    tracked.generation = generation;
    tracked.process = record;
    if (generation.incarnation === incarnation) {
      this.#noteTree(tracked, generation, record);
    }
    options.onStarted({
      key: record.key,
      pid: record.pid,
      startedAtMs: record.atMs,
      startTicks: record.startTicks,
      method: tracked.tree?.method ?? null,
      cgroupPath: tracked.group?.path ?? null,
      kernelKeeps: tracked.group?.keeps(tracked.order.limits) ?? { memory: false, processes: false },
      isOfEarlierLife: tracked.isOfEarlierLife,
    });
    this.#control.carryOut(tracked);
  }

  /** Not after a restart of the machine: its numbers may be those of others, which must not be touched. */
  #noteTree(tracked: Tracked, { launcherPid }: Generation, { key, pid, startTicks }: Kind<"process">): void {
    if (tracked.isOfEarlierLife) {
      tracked.group = this.#groups.find(key, pid);
    }
    const root = { key, pid, startTicks, outputPath: tracked.order.outputPath, sessionId: launcherPid };
    tracked.tree = tracked.group === null ? new ScannedTree(root) : new CgroupTree(root, tracked.group);
  }

  #noteState(generation: Generation, record: Kind<"state">): void {
    const tracked = this.#supervision.tracked.get(generation.keyByPid.get(record.pid) ?? "");
    if (tracked !== undefined && tracked.process?.pid === record.pid) {
      tracked.isExit = record.isExit;
    }
  }

  /** Its end follows with the `x` record, when its process is gone. */
  #noteFailed(record: Kind<"failed">): void {
    const tracked = this.#supervision.tracked.get(record.key);
    if (tracked !== undefined) {
      tracked.problem = record.problem;
    }
  }

  #noteEnd(generation: Generation, record: Kind<"end">): void {
    const tracked = this.#supervision.tracked.get(record.key);
    if (tracked === undefined) {
      return;
    }
    if (tracked.process === null && tracked.generation === generation) {
      // Its `p` record could not be written, so it never became the program (see `c` in launcher/program.ts).
      this.#ends.end(tracked, { kind: "not_started", problem: "journal" }, record.atMs, null);
    } else if (tracked.process?.pid === record.pid) {
      this.#ends.end(tracked, howItEnded(tracked, record), record.atMs, record.cpuMs);
    }
  }
}
