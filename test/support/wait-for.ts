import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";

// Short waits stay short; one that takes seconds, or asks a server, leaves the processor to what it waits for.
const firstLookMs = 10;
const longestLookMs = 100;
const growth = 1.2;

/** Waits until the condition answers something that is neither false, null nor undefined. Fails with the description. */
export async function waitFor<T>(
  description: string | (() => string),
  condition: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lookMs = firstLookMs;
  await turn();
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `Waited ${timeoutMs} ms in vain: ${typeof description === "string" ? description : description()}`,
      );
    }
    await pause(lookMs);
    lookMs = Math.min(longestLookMs, lookMs * growth);
  }
}
