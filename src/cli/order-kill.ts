import { setTimeout as sleep } from "node:timers/promises";
import { ApiFailure, type Client, contract, Unreachable } from "../client/client.ts";
import { CliFailure } from "./failure.ts";

const killRetries = 30;
const killRetryDelayMs = 1000;

/** Asks for the kill, again while the server cannot be reached. A task that is already over is no failure. */
export async function orderKill(
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
