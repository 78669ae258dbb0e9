/** Two signals within this time are one Ctrl-C: it arrives from the terminal, and again from npm. */
const sameSignalMs = 500;

/** From now on, signals that ask this process to stop are kept: the first one, and that there was a second. */
export function listenForStops(): { first: Promise<NodeJS.Signals>; second: Promise<void> } {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Not once: a signal that nobody handles would cut the stopping short.
    process.on(signal, () => {
      first.resolve(signal);
      firstAt ??= performance.now();
      if (performance.now() - firstAt > sameSignalMs) {
        second.resolve();
      }
    });
  }
  return { first: first.promise, second: second.promise };
}
