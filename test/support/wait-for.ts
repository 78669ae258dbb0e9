import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";

const lookEveryMs = 10;

/** Waits until the condition answers something that is neither false, null nor undefined. Fails with the description. */
export async function waitFor<T>(
  description: string,
  condition: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  await turn();
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain: ${description}`);
    }
    await pause(lookEveryMs);
  }
}
