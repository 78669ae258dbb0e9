import { setTimeout as sleep } from "node:timers/promises";
import { ApiFailure, type Client, contract, Unreachable } from "../client/client.ts";
import { followOutput } from "../client/follow.ts";
import type { TaskDetail } from "../contract/index.ts";
import { canAsk, type Deps, tell } from "./deps.ts";
import { explain } from "./explain.ts";
import { CliFailure } from "./failure.ts";
import { feedOwnInput, type InputFeed } from "./input/feed.ts";
import { followPrinter } from "./print/follow.ts";
import { askKey } from "./prompt.ts";
import type { SignalWatch } from "./signals.ts";

/**
 * Attends a task: its output goes to standard output until it is over, and signals to us become orders for it.
 *
 * On a terminal Ctrl-C asks what to do; while it asks, output waits, and a second Ctrl-C means kill. Anywhere else the
 * first signal kills: a script that dies must not leave its work running. After a kill we stay until the task is really
 * over, because its process may need its grace; one more signal sends SIGKILL, and one more after that lets us leave.
 * SIGHUP is left alone: a terminal that vanished is no order to kill, so we end and the task goes on.
 *
 * A task that gets our standard input gets all of it or is killed: nobody could tell half of an archive from a whole one.
 * Only somebody at a terminal is told and goes on.
 */
export type Attendance =
  /** `inputFailure`: it did not get all of our standard input, and was killed for that. */
  { ended: true; task: TaskDetail; inputFailure: Error | null } | { ended: false };

export type AttendOptions = {
  client: Client;
  taskId: number;
  signals: SignalWatch;
  /** False when only the end matters (`--json`). */
  showOutput: boolean;
  /** Gives it our standard input. `keys`: every key of our terminal as it is typed, for a task with a terminal. */
  input: "none" | "stream" | "keys";
};

/** Resolves at the end of the task, or when the person detaches. Throws ApiFailure and CliFailure. */
export async function attendTask(deps: Deps, options: AttendOptions): Promise<Attendance> {
  const attention = createAttention(deps, options);
  options.signals.handle(attention.onSignal);
  const print = followPrinter(deps, { from: 0, showOutput: options.showOutput });
  try {
    for await (const event of followOutput(options.client, options.taskId, { signal: attention.stop.signal })) {
      await attention.question();
      if (attention.stop.signal.aborted) {
        break;
      }
      if (event.kind === "end") {
        return { ended: true, task: event.task, inputFailure: attention.inputFailure() };
      }
      await print(event);
    }
  } catch (error) {
    if (!attention.stop.signal.aborted) {
      throw error;
    }
  } finally {
    attention.feed?.stop();
  }
  attention.throwFailure();
  return { ended: false };
}

type Attention = {
  onSignal: (signal: NodeJS.Signals) => void;
  /** Resolves when no question is open. */
  question: () => Promise<void>;
  /** Aborted when there is nothing to follow any more: detached, or the kill failed. */
  stop: AbortController;
  throwFailure: () => void;
  feed: InputFeed | null;
  inputFailure: () => Error | null;
};

function createAttention(deps: Deps, { client, taskId, input }: AttendOptions): Attention {
  const stop = new AbortController();
  let openQuestion: Promise<void> = Promise.resolve();
  let interruptQuestion: AbortController | null = null;
  let kills = 0;
  let failure: Error | null = null;
  let inputFailure: Error | null = null;

  function kill(): void {
    kills += 1;
    if (kills > 2) {
      failure = new CliFailure(`Not waiting for the end of task ${taskId}; it may still be running.`);
      stop.abort();
      return;
    }
    const order = kills === 1 ? { signal: "SIGTERM" } : { signal: "SIGKILL", grace_seconds: 0 };
    tell(deps, kills === 1 ? `killing task ${taskId}` : `killing task ${taskId} at once`);
    orderKill(client, taskId, order, stop.signal).catch((error: Error) => {
      failure = error;
      stop.abort();
    });
  }

  async function ask(): Promise<void> {
    interruptQuestion = new AbortController();
    feed?.hold();
    const answer = await askKey(deps, {
      text: `\nTask ${taskId} is still running: [k]ill, [d]etach or [c]ontinue? `,
      keys: "kdc",
      onInterrupt: "k",
      signal: interruptQuestion.signal,
    });
    interruptQuestion = null;
    if (answer === "k") {
      kill();
    } else if (answer === "d") {
      stop.abort();
      return;
    }
    feed?.release();
  }

  function onInputFailure(error: Error): void {
    for (const line of explain(error)) {
      tell(deps, line);
    }
    if (deps.stdin.isTTY !== true) {
      inputFailure = error;
      kill();
    }
  }

  const feed =
    input === "none"
      ? null
      : feedOwnInput(deps, {
          client,
          taskId,
          isRaw: input === "keys",
          onDetach: () => stop.abort(),
          onFailure: onInputFailure,
        });

  return {
    stop,
    feed,
    inputFailure: () => inputFailure,
    question: () => openQuestion,
    onSignal(signal) {
      if (interruptQuestion !== null) {
        interruptQuestion.abort();
      } else if (signal === "SIGINT" && kills === 0 && canAsk(deps)) {
        openQuestion = ask();
      } else {
        kill();
      }
    },
    throwFailure() {
      if (failure !== null) {
        throw failure;
      }
    },
  };
}

const killRetries = 30;
const killRetryDelayMs = 1000;

/** Asks for the kill, again while the server cannot be reached. A task that is already over is no failure. */
async function orderKill(
  client: Client,
  taskId: number,
  order: { signal: string; grace_seconds?: number },
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      await client.call(contract.killTask, { params: { id: taskId }, body: order });
      return;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 409) {
        return;
      }
      const mayPass = error instanceof Unreachable || (error instanceof ApiFailure && error.status >= 500);
      if (!mayPass || tries >= killRetries) {
        const why = error instanceof Error ? error.message : String(error);
        throw new CliFailure(`Task ${taskId} could not be killed and may still be running: ${why}`, { cause: error });
      }
      await sleep(killRetryDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
