import { setTimeout as wait } from "node:timers/promises";
import type { AttemptRequest, Reply, RunningProcess } from "../dispatch/dispatcher.ts";
import type { Signalled } from "../supervise/control.ts";
import type { Ended, InputRefusal, Written } from "../supervise/input.ts";
import type { LiveProcess } from "../supervise/usage/sampler.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldAttempt } from "./held-attempt.ts";
import type { Observation } from "./observation.ts";
import type { Suspension } from "./suspension.ts";

/** What this node is asked to do to a running attempt now. Answered when it is done, and nothing is kept for later. */
export type RequestsOptions = {
  events: EventLog;
  suspension: Suspension;
  observation: Observation;
  find(taskId: number): HeldAttempt | null;
  signal(key: string, signal: NodeJS.Signals, to: "main" | "all"): Signalled;
  writeInput(key: string, data: Buffer): Promise<Written>;
  endInput(key: string): Promise<Ended>;
};

/** How long a request waits for an attempt that was claimed to have its process. */
const startPatienceMs = 5000;

export class Requests {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  async answer(request: AttemptRequest): Promise<Reply> {
    const held = this.#options.find(request.taskId);
    if (held === null || held.fence.attempt !== request.attempt) {
      return { kind: "not_here" };
    }
    await Promise.race([held.whenStarted.promise, wait(startPatienceMs, undefined, { ref: false })]);
    return held.startedUptimeMs === null || held.isEnded ? { kind: "not_here" } : this.#carryOut(held, request);
  }

  async #carryOut(held: HeldAttempt, request: AttemptRequest): Promise<Reply> {
    const { suspension, observation } = this.#options;
    switch (request.kind) {
      case "suspend":
        return suspension.suspend(held, request.by);
      case "resume":
        return suspension.resume(held, request.by);
      case "signal":
        return this.#signal(held, request);
      case "input":
        return this.#write(held, request.data);
      case "end_input":
        return this.#endInput(held, request.by);
      case "processes":
        return { kind: "processes", processes: observation.processes(held).map(describe) };
      case "usage":
        return { kind: "usage", series: observation.series(held) };
      default:
        return request satisfies never;
    }
  }

  #signal(held: HeldAttempt, request: Extract<AttemptRequest, { kind: "signal" }>): Reply {
    const { signal, to, by } = request;
    const { sent: count, refused } = this.#options.signal(held.key, signal, to);
    if (count === 0) {
      return refused > 0 ? { kind: "refused", code: "signal_not_permitted" } : { kind: "not_here" };
    }
    held.signalSenders.set(signal, by);
    const whom = to === "main" ? "its program" : count === 1 ? "1 process" : `${count} processes`;
    this.#options.events.add(held, "signal", `${signal} sent to ${whom} by ${by}.`);
    return { kind: "done" };
  }

  async #write(held: HeldAttempt, data: Buffer): Promise<Reply> {
    const result = await this.#options.writeInput(held.key, data);
    return "refused" in result ? refusalOf(result) : { kind: "accepted", bytes: result.acceptedBytes };
  }

  async #endInput(held: HeldAttempt, by: string): Promise<Reply> {
    const result = await this.#options.endInput(held.key);
    if ("refused" in result) {
      return refusalOf(result);
    }
    this.#options.events.add(held, "input_ended", `Input ended by ${by}.`);
    return { kind: "done" };
  }
}

const refusalCodes = { "no-input": "no_input", ended: "input_ended", closed: "input_closed" } as const;

function refusalOf({ refused }: InputRefusal): Reply {
  return { kind: "refused", code: refusalCodes[refused] };
}

function describe(process: LiveProcess): RunningProcess {
  const { pid, parentPid, state, cpuMs, rssBytes, name, commandLine } = process;
  const words = commandLine === null || commandLine.length === 0 ? `[${name}]` : commandLine.join(" ");
  return { pid, parentPid, state, cpuMs, rssBytes, commandLine: words };
}
