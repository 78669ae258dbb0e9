import type { AttemptRequest, Delivery, Dispatcher, Poke, Reply } from "../dispatcher.ts";

/** The dispatcher of a single process: straight to the worker beside it. */
export function createEmbeddedDispatcher(): Dispatcher {
  const waiting = new Map<number, Delivery>();
  const pokeListeners: ((poke: Poke) => void)[] = [];
  let node: Pick<Parameters<Dispatcher["process"]>[0], "freeSlots" | "deliver"> | null = null;
  let answer: ((request: AttemptRequest) => Promise<Reply>) | null = null;
  let isClosed = false;

  function pump(): void {
    while (node !== null && !isClosed && waiting.size > 0 && node.freeSlots() > 0) {
      const [taskId, delivery] = waiting.entries().next().value as [number, Delivery];
      waiting.delete(taskId);
      void node.deliver(delivery).then((result) => {
        if (result === "busy") {
          waiting.set(taskId, delivery);
        } else {
          pump();
        }
      });
    }
  }

  return {
    async add(delivery) {
      waiting.set(delivery.taskId, delivery);
      pump();
    },
    async remove({ taskId, attempt }) {
      if (waiting.get(taskId)?.attempt === attempt) {
        waiting.delete(taskId);
      }
    },
    async process(options) {
      node = options;
      pump();
    },
    // What admission hands is for the only node there is.
    serve() {},
    slotFreed: pump,
    async poke(poke) {
      for (const listener of pokeListeners) {
        listener(poke);
      }
    },
    onPoke(callback) {
      pokeListeners.push(callback);
    },
    async ask(request) {
      return answer === null || isClosed ? null : await answer(request);
    },
    onAsk(callback) {
      answer = callback;
    },
    problem: () => null,
    onRecovered() {},
    counter: null,
    async close() {
      isClosed = true;
      waiting.clear();
    },
  };
}
