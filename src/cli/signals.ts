/**
 * SIGINT, SIGTERM and SIGHUP as a stream of orders to one handler that may come later. A signal that arrives before
 * there is a handler is kept: it must not end us between submitting a task and knowing its id.
 */
export type SignalWatch = {
  /** Hands over what came so far and all that comes. */
  handle(handler: (signal: NodeJS.Signals) => void): void;
  /** Aborts when a second signal comes while nobody handles them: the person wants out. */
  readonly impatience: AbortSignal;
  stop(): void;
};

/**
 * The same signal within this time is one order: `timeout` signals its child and then its whole group, and a terminal
 * and a launcher in front of us may both deliver one Ctrl-C.
 */
const sameOrderMs = 150;

export function watchSignals(names: readonly NodeJS.Signals[], now: () => number = Date.now): SignalWatch {
  const impatience = new AbortController();
  const kept: NodeJS.Signals[] = [];
  const lastAt = new Map<NodeJS.Signals, number>();
  let handler: ((signal: NodeJS.Signals) => void) | null = null;

  function receive(signal: NodeJS.Signals): void {
    const before = lastAt.get(signal) ?? Number.NEGATIVE_INFINITY;
    lastAt.set(signal, now());
    if (now() - before < sameOrderMs) {
      return;
    }
    if (handler !== null) {
      handler(signal);
      return;
    }
    kept.push(signal);
    if (kept.length > 1) {
      impatience.abort();
    }
  }

  for (const name of names) {
    process.on(name, receive);
  }
  return {
    impatience: impatience.signal,
    handle(newHandler) {
      handler = newHandler;
      for (const signal of kept.splice(0)) {
        newHandler(signal);
      }
    },
    stop() {
      for (const name of names) {
        process.off(name, receive);
      }
    },
  };
}
