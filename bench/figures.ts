/** The value below which a share of the values lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function perSecond(count: number, elapsedMs: number): number {
  return Math.round((count / elapsedMs) * 1000);
}

/** Runs so many calls with so many under way at once. Answers the elapsed milliseconds. */
export async function inFlight(
  total: number,
  concurrency: number,
  call: (index: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  async function lane(): Promise<void> {
    while (next < total) {
      const index = next;
      next += 1;
      await call(index);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane));
  return performance.now() - startedAt;
}
