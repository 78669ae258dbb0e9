import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";

/**
 * The clock a process goes by. On one machine it is the machine's own. Where several share a database it is the database's,
 * as it was when last asked, plus the time since by a clock that nobody sets: machines whose clocks differ by minutes agree
 * on what is due, in what order things happened, and how old something is, to within the time a question takes.
 *
 * Leases do not go by it: they are written and judged inside the database.
 */
export type InstallationClock = {
  /** Epoch milliseconds. */
  now(): number;
  /** What a time that this machine's own clock told is by this one. */
  fromLocal(localMs: number): number;
  stop(): void;
};

const askEveryMs = 10_000;
/** An answer that took longer says too little about now. */
const slowestAnswerMs = 1000;

export function ownClock(): InstallationClock {
  return { now: Date.now, fromLocal: (localMs) => localMs, stop() {} };
}

/** Asks once before it answers. Rejects when the database does not. */
export async function createSharedClock(store: Pick<Store, "now">, log: Log): Promise<InstallationClock> {
  let known = await ask(store);

  async function askAgain(): Promise<void> {
    try {
      const answer = await ask(store);
      known = answer.tookMs <= slowestAnswerMs ? answer : known;
    } catch (error) {
      log.debug({ err: error }, "the database's clock was not asked");
    }
  }

  const timer = setInterval(() => void askAgain(), askEveryMs).unref();
  const now = () => Math.round(known.timeMs + performance.now() - known.atMs);
  return { now, fromLocal: (localMs) => localMs + now() - Date.now(), stop: () => clearInterval(timer) };
}

async function ask(store: Pick<Store, "now">): Promise<{ timeMs: number; atMs: number; tookMs: number }> {
  const askedAt = performance.now();
  const timeMs = await store.now();
  const tookMs = performance.now() - askedAt;
  return { timeMs, atMs: askedAt + tookMs / 2, tookMs };
}
