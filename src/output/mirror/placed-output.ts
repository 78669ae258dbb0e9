import type { AttemptRef, OutputStore } from "../output.ts";
import type { ReadableOutput } from "./mirror-output.ts";

/**
 * Output wherever it is: in this machine's files as long as its attempt is here or its file still is, else by way of the
 * mirror. Which of the two is asked each time: a file goes some time after its attempt has ended and was sent.
 */
export function createPlacedOutput(options: {
  here: OutputStore;
  elsewhere: ReadableOutput;
  /** Runs on this node now. */
  isHeldHere(attempt: AttemptRef): boolean;
}): OutputStore {
  const { here, elsewhere, isHeldHere } = options;

  async function placeOf(attempt: AttemptRef): Promise<ReadableOutput> {
    return isHeldHere(attempt) || (await here.isThere(attempt)) ? here : elsewhere;
  }

  return {
    prepare: (attempt) => here.prepare(attempt),
    isThere: (attempt) => here.isThere(attempt),
    size: async (attempt) => (await placeOf(attempt)).size(attempt),
    beginning: (attempt) => here.beginning(attempt),
    gap: async (attempt) => (await placeOf(attempt)).gap(attempt),
    async *read(attempt, range) {
      yield* (await placeOf(attempt)).read(attempt, range);
    },
    async stderrMarks(attempt, range) {
      // Their file goes before the output's: without it they are in the record, unless the attempt runs here.
      const isHeld = isHeldHere(attempt);
      const found = await here.stderrMarks(attempt, range);
      return found !== null || isHeld ? found : elsewhere.stderrMarks(attempt, range);
    },
    lines: async (attempt, page) => (await placeOf(attempt)).lines(attempt, page),
    search: async (attempt, query, signal) => (await placeOf(attempt)).search(attempt, query, signal),
    async *follow(attempt, followOptions) {
      yield* (await placeOf(attempt)).follow(attempt, followOptions);
    },
    cap: (attempt, capBytes) => here.cap(attempt, capBytes),
    capProblem: () => here.capProblem(),
    async remove(attempt) {
      await here.remove(attempt);
      await elsewhere.remove(attempt);
    },
    close() {
      here.close();
      elsewhere.close();
    },
  };
}
