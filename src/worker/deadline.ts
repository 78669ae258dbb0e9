/** setTimeout cannot wait longer than 2^31 ms; a time-out may be years. */
const longestTimerMs = 2_000_000_000;

/** Calls back once the time has come, however far away. Answers a function that takes it back. */
export function atTime(atMs: number, clock: () => number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const remainingMs = atMs - clock();
    timer = remainingMs <= 0 ? setTimeout(callback, 0) : setTimeout(arm, Math.min(remainingMs, longestTimerMs));
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
}
