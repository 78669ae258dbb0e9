import { useSyncExternalStore } from "react";

/** Whether the page hears from the server. One stream tells; what else fails says so where it failed. */
type Connection = { isLost: false } | { isLost: true; retryAtMs: number };

const fine: Connection = { isLost: false };
let current: Connection = fine;
const listeners = new Set<() => void>();
let hurry: (() => void) | null = null;

export function reportConnection(next: Connection): void {
  current = next.isLost ? next : fine;
  for (const listener of listeners) {
    listener();
  }
}

/** The state as React state. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => current);
}

/** Ends the wait before the next try, when there is one. */
export function retryNow(): void {
  hurry?.();
}

/** Waits before the next try. Ends early when the person or the browser's network asks for it, or when aborted. */
export function waitForRetry(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    hurry = finish;
    window.addEventListener("online", finish);
    signal.addEventListener("abort", finish);
    function finish() {
      clearTimeout(timer);
      hurry = null;
      window.removeEventListener("online", finish);
      signal.removeEventListener("abort", finish);
      resolve();
    }
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
