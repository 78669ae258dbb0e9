import { setTimeout as sleep } from "node:timers/promises";
import { StoreRefused, StoreUnavailable } from "../store.ts";
import type { ServerAddress } from "./server-address.ts";
import { ServerAway } from "./trouble.ts";

/** How somebody who opens a store hears why it takes so long. */
export type OnWaiting = (sentence: string) => void;

const pauseMs = 500;

/**
 * Opens a database, waiting a while for a server that does not answer yet: database and program are often started together.
 * Throws StoreRefused at once for what waiting does not mend.
 */
export async function openPatiently<T>(
  { patienceMs }: ServerAddress,
  open: () => Promise<T>,
  onWaiting: OnWaiting,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let isFirst = true;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof ServerAway) || performance.now() >= deadline) {
        throw error instanceof StoreUnavailable ? new StoreRefused(error.message, { cause: error }) : error;
      }
      if (isFirst) {
        onWaiting(`${error.message} Trying again for ${patienceMs / 1000} s.`);
        isFirst = false;
      }
      await sleep(pauseMs);
    }
  }
}
