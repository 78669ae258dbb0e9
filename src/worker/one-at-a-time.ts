/** Runs it when asked, never twice at once. Asked during a run, another follows: that run may have looked too early. */
export function oneAtATime(run: () => Promise<void>): () => void {
  let isWanted = false;
  let isRunning = false;

  async function work(): Promise<void> {
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      await run();
    }
    isRunning = false;
  }

  return () => {
    isWanted = true;
    if (!isRunning) {
      void work();
    }
  };
}
