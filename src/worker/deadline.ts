/** setTimeout cannot wait longer than 2^31 ms, 25 days; a time-out may be half a year. */
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
