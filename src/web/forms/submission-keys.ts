import { ApiFailure } from "../../client/client.ts";
import { newSubmissionKey } from "../api/create-task.ts";
import { submittingKey } from "../session/own-drafts.ts";
import { isLeft } from "../session/session.ts";

/**
 * Idempotency keys of what is being submitted. The same order tried again has the key of its first try until the server
 * has said what became of it, so an answer that was lost on the way never makes a second task, not even when the page was
 * loaded again in between. An order that was made or refused is done with: the next one like it is another.
 */
export class SubmissionKeys {
  readonly #open = readOpen();

  /** Sends the order under its key. Throws what `send` throws. */
  async submit<Order, Result>(order: Order, send: (key: string) => Promise<Result>): Promise<Result> {
    const name = JSON.stringify(order);
    const key = this.#open.get(name) ?? newSubmissionKey();
    this.#open.set(name, key);
    keepOpen(this.#open);
    try {
      const result = await send(key);
      this.#settle(name);
      return result;
    } catch (error) {
      if (error instanceof ApiFailure && error.status < 500) {
        this.#settle(name);
      }
      throw error;
    }
  }

  #settle(name: string): void {
    this.#open.delete(name);
    keepOpen(this.#open);
  }
}

/** Who comes back later has seen what became of it, and may well want it once more. */
const lifeMs = 10 * 60_000;

type Kept = { at: number; open: [order: string, key: string][] };

function readOpen(): Map<string, string> {
  try {
    const kept = JSON.parse(window.sessionStorage.getItem(submittingKey) ?? "null") as Kept | null;
    return new Map(kept !== null && Date.now() - kept.at < lifeMs ? kept.open : []);
  } catch {
    return new Map();
  }
}

function keepOpen(open: ReadonlyMap<string, string>): void {
  try {
    if (open.size === 0 || isLeft()) {
      window.sessionStorage.removeItem(submittingKey);
    } else {
      window.sessionStorage.setItem(submittingKey, JSON.stringify({ at: Date.now(), open: [...open] } satisfies Kept));
    }
  } catch {
    // Storage is forbidden or full: the keys are known while the form is on the screen.
  }
}
