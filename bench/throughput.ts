import { contract } from "../src/client/client.ts";
import { readEvents } from "../src/client/events.ts";
import type { TaskSummary } from "../src/contract/index.ts";
import { inFlight } from "./figures.ts";
import type { BenchServer } from "./server.ts";

/** Submit → ended: every task is submitted by HTTP and counted when the event stream says it ended. Milliseconds. */
export async function submitToEnd(server: BenchServer, tasks: number, concurrency: number): Promise<number> {
  const stop = new AbortController();
  const ended = new Set<number>();
  const { promise: allEnded, resolve } = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<void>();
  const follow = async () => {
    const response = await server.client.fetch(contract.streamTasks, { query: {} }, { signal: stop.signal });
    listening.resolve();
    for await (const id of endedIds(response)) {
      ended.add(id);
      if (ended.size === tasks) {
        resolve();
      }
    }
  };
  follow().catch(() => undefined);
  await listening.promise;
  const startedAt = performance.now();
  await inFlight(tasks, concurrency, async () => {
    await server.client.call(contract.createTask, { body: { argv: ["true"], cwd: "/tmp" } });
  });
  await allEnded;
  const elapsedMs = performance.now() - startedAt;
  stop.abort();
  return elapsedMs;
}

async function* endedIds(response: Response): AsyncGenerator<number> {
  for await (const event of response.body === null ? [] : readEvents(response.body)) {
    if (event.event === "ended") {
      yield (JSON.parse(event.data) as TaskSummary).id;
    }
  }
}
