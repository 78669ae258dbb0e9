/** So many at once, first come first served: who waits longest is next, however much somebody else has to do. */
export type Turns = {
  /** Runs the work when its turn comes. */
  take<T>(work: () => Promise<T>): Promise<T>;
};

export function createTurns(atOnce: number): Turns {
  let free = atOnce;
  const waiting: (() => void)[] = [];

  return {
    async take(work) {
      if (free > 0) {
        free -= 1;
      } else {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) {
          free += 1;
        } else {
          next();
        }
      }
    },
  };
}
