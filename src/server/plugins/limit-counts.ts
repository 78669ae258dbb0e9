import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from "@fastify/rate-limit";
import type { SharedCounter } from "../../dispatch/shared-counter.ts";

/**
 * What a rate limit counts with: a window begins with the first request of a key. Each request is counted here in any
 * case, so that a limit goes on from there in the moment in which the shared counter is lost; what it says counts first.
 */
export function countsOf(name: string, counter: SharedCounter | null): FastifyRateLimitStoreCtor {
  // The plugin makes one per limit from a class. All limits of a name share the counts; their keys differ.
  const windows = new Map<string, { count: number; endsAt: number }>();

  function countHere(key: string, windowMs: number): { current: number; ttl: number } {
    const now = performance.now();
    const before = windows.get(key);
    const window = before !== undefined && before.endsAt > now ? before : { count: 0, endsAt: now + windowMs };
    window.count += 1;
    // The one used last is at the end.
    windows.delete(key);
    windows.set(key, window);
    if (windows.size > mostKeys) {
      windows.delete(windows.keys().next().value ?? "");
    }
    return { current: window.count, ttl: window.endsAt - now };
  }

  async function count(key: string, windowMs: number): Promise<{ current: number; ttl: number }> {
    const here = countHere(key, windowMs);
    const shared = counter === null ? null : await counter.count({ key: `${name}:${key}`, windowMs });
    return shared === null ? here : { current: shared.count, ttl: shared.leftMs };
  }

  return class Counts implements FastifyRateLimitStore {
    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs = 0,
    ): void {
      count(key, windowMs).then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      );
    }

    child(): FastifyRateLimitStore {
      return this;
    }
  };
}

const mostKeys = 5000;
