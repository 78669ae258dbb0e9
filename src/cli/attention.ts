import type { Client } from "../client/client.ts";
import { canAsk, type Deps, tell } from "./deps.ts";
import { explain } from "./explain.ts";
import { CliFailure } from "./failure.ts";
import { feedOwnInput, type InputFeed } from "./input/feed.ts";
import { orderKill } from "./order-kill.ts";
import { askKey } from "./prompt.ts";
import type { SignalWatch } from "./signals.ts";

export type AttendOptions = {
  client: Client;
  taskId: number;
  signals: SignalWatch;
  /** False when only the end matters (`--json`). */
  showOutput: boolean;
  /** Gives it our standard input. `keys`: every key of our terminal as it is typed, for a task with a terminal. */
  input: "none" | "stream" | "keys";
};

/** What the person and the signals to us say about the task that is attended. */
export type Attention = {
  onSignal: (signal: NodeJS.Signals) => void;
  /** Resolves when no question is open. */
  question: () => Promise<void>;
  /** Aborted when there is nothing to follow any more: detached, or the kill failed. */
  stop: AbortController;
  throwFailure: () => void;
  feed: InputFeed | null;
  /** Why it did not get all of our standard input. */
  inputFailure: () => Error | null;
};

/** Watches over one task; see attend.ts for who may say what, and when. */
export function createAttention(deps: Deps, { client, taskId, input }: AttendOptions): Attention {
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
    if (deps.stdin.isTTY === true) {
      return;
    }
    inputFailure = error;
    if (kills === 0) {
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
