/**
 * Between a callback that produces and an async iteration that consumes. Bounded: when the consumer falls too far behind
 * it is cut off, since one slow reader must not grow the server's memory.
 */
export class EventQueue<T> {
  readonly #limit: number;
  #items: T[] = [];
  #wake: (() => void) | null = null;
  #isClosed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: T): void {
    if (this.#items.length >= this.#limit) {
      this.close();
      return;
    }
    this.#items.push(item);
    this.#wake?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#isClosed && this.#items.length === 0) {
        return;
      }
      if (this.#items.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = null;
      }
    }
  }
}
