import type { Client } from "../../client/client.ts";
import { type Deps, tell } from "../deps.ts";
import { deliver, UncertainDelivery } from "./deliver.ts";
import { OwnInput } from "./own-input.ts";

/** Our standard input on its way to a task, while the task is attended. */
export type InputFeed = {
  /** Lets somebody else read the terminal. */
  hold(): void;
  release(): void;
  /** Ends the reading and gives the terminal back. */
  stop(): void;
};

export type FeedOptions = {
  client: Client;
  taskId: number;
  /** Every key of the terminal goes to the task. */
  isRaw: boolean;
  onDetach: () => void;
  /** Something is missing in what the task got, and nothing more will come. */
  onFailure: (error: Error) => void;
};

/** Begins to send what comes on standard input, and the end of input when it ends there. */
export function feedOwnInput(deps: Deps, options: FeedOptions): InputFeed {
  const stop = new AbortController();
  const input = new OwnInput(deps, options);
  input.open();
  run(deps, input, options, stop.signal)
    .catch(options.onFailure)
    .finally(() => input.close());
  return {
    hold: () => input.hold(),
    release: () => input.release(),
    stop() {
      stop.abort();
      input.close();
    },
  };
}

async function run(
  deps: Deps,
  input: OwnInput,
  { client, taskId, isRaw }: FeedOptions,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      // A terminal whose every key is the task's has no end of its own: Ctrl-D is a key like any other.
      await deliver(input, !isRaw, { client, taskId, signal, isPatient: true });
      return;
    } catch (error) {
      // Somebody who types sees what arrived, and types it again. Bytes of a pipe would be missing in silence.
      if (!(error instanceof UncertainDelivery) || deps.stdin.isTTY !== true) {
        throw error;
      }
      tell(deps, `${error.message} Type it again if it did not.`);
    }
  }
}
