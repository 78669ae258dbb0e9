import { useSyncExternalStore } from "react";

/** One clock for the page, ticking once a second and only while somebody looks at it. */
const listeners = new Set<() => void>();
let timer: number | undefined;

/** A text that depends on the time. The component is rendered again only when its text has changed. */
export function useTimeText(format: (nowMs: number) => string): string {
  return useSyncExternalStore(subscribe, () => format(Date.now()));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick() {
  for (const listener of listeners) {
    listener();
  }
}
