import { join } from "node:path";
import { openStore } from "../src/store/open.ts";
import type { TaskSpec } from "../src/store/store.ts";

const batch = 1000;
const limits = {
  ...{ memoryBytes: null, cpuSeconds: null, processes: null },
  ...{ openFiles: null, nice: null, outputBytes: null },
};
const notBefore = Date.UTC(2099, 0, 1);

/** Puts tasks that wait for a far day beside those of a running server: by its API it would take minutes. */
export async function addWaitingTasks(dataDirectory: string, ownerId: number, count: number): Promise<void> {
  const store = await openStore({ databaseUrl: `sqlite:${join(dataDirectory, "utm.sqlite")}` });
  const rest = { cwd: null, env: {}, stdin: null, timeoutMs: null, killGraceMs: 10_000, retry: null, limits };
  const bare = { sandbox: "none", pty: null, markStderr: false, input: false, node: null, labels: [] } as const;
  const facts = { description: "", queue: "default", priority: 0, tags: [], idempotency: null };
  for (let first = 0; first < count; first += batch) {
    await store.transaction(async (transaction) => {
      for (let index = first; index < Math.min(count, first + batch); index += 1) {
        const spec: TaskSpec = { program: { kind: "command", command: `work ${index}` }, ...rest, ...bare, labels: [] };
        const named = { ownerId, name: `task of many ${index}`, now: Date.now() };
        await transaction.tasks.create({ ...named, ...facts, spec, notBefore });
      }
    });
  }
  await store.close();
}
