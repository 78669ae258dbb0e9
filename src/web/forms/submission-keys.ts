import { ApiFailure } from "../../client/client.ts";
import { newSubmissionKey } from "../api/create-task.ts";

/**
 * Idempotency keys of what is being submitted. The same order tried again has the key of its first try until the server
 * has said what became of it, so an answer that was lost on the way never makes a second task. An order that was made or
 * refused is done with: the next one like it is another.
 */
export class SubmissionKeys {
  readonly #open = new Map<string, string>();

  /** Sends the order under its key. Throws what `send` throws. */
  async submit<Order, Result>(order: Order, send: (key: string) => Promise<Result>): Promise<Result> {
    const name = JSON.stringify(order);
    const key = this.#open.get(name) ?? newSubmissionKey();
    this.#open.set(name, key);
    try {
      const result = await send(key);
      this.#open.delete(name);
      return result;
    } catch (error) {
      if (error instanceof ApiFailure && error.status < 500) {
        this.#open.delete(name);
      }
      throw error;
    }
  }
}
