import type { Trouble } from "./trouble.ts";

/** A connection is made within this, or the server counts as away. */
export const connectMs = 5000;
/** A statement is answered within this: a network that drops packets without a word must not hold anybody for minutes. */
export const statementMs = 10_000;
/** The database gives up on a lock after this. */
export const lockWaitMs = 5000;
/** The database ends a transaction whose process has said nothing for this long, so that its locks do not outlive it. */
export const silentTransactionMs = 20_000;
/** A connection is asked this often by the kernel whether the other side is there. */
export const keepAliveMs = 5000;

/** The answer did not come in time. */
export class TookTooLong extends Error {
  override readonly name = "TookTooLong";
}

/** The promise's answer; TookTooLong after the time, and then `giveUp` is called. */
export async function within<T>(timeMs: number, work: Promise<T>, giveUp: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp();
      reject(new TookTooLong(`No answer within ${timeMs / 1000} s.`));
    }, timeMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** Null for other errors. */
export function lateTrouble(error: unknown, server: string): Trouble | null {
  const sentence = `The database ${server} cannot be reached (it does not answer in time).`;
  return error instanceof TookTooLong ? { kind: "away", sentence } : null;
}
