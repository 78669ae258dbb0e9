import { ApiFailure } from "../../client/client.ts";
import { readEvents } from "../../client/events.ts";
import type { TaskSummary } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { reportConnection, waitForRetry } from "./connection.ts";

const retryDelaysMs = [500, 1000, 2000, 3000, 5000];
/** A stream that breaks and comes back within this time is not worth a message. */
const silentBreaks = 1;

type StreamListener = {
  /** The stream is open, for the first time or again: whatever was missed meanwhile has to be asked for. */
  onOpen: (isFirst: boolean) => void;
  onTask: (task: TaskSummary) => void;
};

/** Listens to the changes of tasks until aborted, over as many broken connections as it takes. */
export async function listenToTasks(
  owner: string | undefined,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  let isFirst = true;
  const query = owner === undefined ? {} : { owner };
  while (!signal.aborted) {
    let serverWaitMs = 0;
    try {
      const response = await client.fetch(contract.streamTasks, { query }, { signal });
      failures = 0;
      reportConnection({ isLost: false });
      listener.onOpen(isFirst);
      isFirst = false;
      await readTasks(response, listener);
    } catch (error) {
      if (signal.aborted || isRefusal(error)) {
        return;
      }
      serverWaitMs = error instanceof ApiFailure ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    }
    const waitMs = Math.max(serverWaitMs, retryDelaysMs[Math.min(failures, retryDelaysMs.length - 1)] ?? 0);
    failures += 1;
    if (failures > silentBreaks && !signal.aborted) {
      reportConnection({ isLost: true, retryAtMs: Date.now() + waitMs });
    }
    await waitForRetry(waitMs, signal);
  }
}

async function readTasks(response: Response, listener: StreamListener): Promise<void> {
  if (response.body === null) {
    return;
  }
  for await (const event of readEvents(response.body)) {
    if (event.event === "created" || event.event === "changed" || event.event === "ended") {
      listener.onTask(JSON.parse(event.data) as TaskSummary);
    }
  }
}

/** The session is over, or the account may not listen: asking again would change nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiFailure && (error.status === 401 || error.status === 403);
}
