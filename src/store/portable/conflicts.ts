import { setTimeout as sleep } from "node:timers/promises";
import { TransactionConflict } from "./dialect.ts";

const tries = 6;
const firstPauseMs = 5;

/**
 * Runs a whole transaction, and again when others were in its way. A database that deadlocks picks one of two to give way;
 * the pause is random, so that the same two do not meet the same way again.
 */
export async function againOnConflict<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!(error instanceof TransactionConflict) || tried === tries) {
        throw error;
      }
      await sleep(firstPauseMs * 2 ** tried * (0.5 + Math.random()));
    }
  }
}
