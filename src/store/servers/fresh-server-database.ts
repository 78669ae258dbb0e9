import { createDatabase, type ServerKind, type TestDatabase } from "../../../test/support/databases/fresh-database.ts";
import type { FreshDatabase } from "../conformance/store-conformance.ts";
import { tables } from "../copy/tables.ts";
import { openStore } from "../open.ts";
import type { Store } from "../store.ts";

/** Databases of ended tests, emptied: making one and all its tables takes longer than most tests. */
const emptied: Record<ServerKind, TestDatabase[]> = { postgres: [], mysql: [] };

/** An empty database on a server, for a test. */
export async function openFreshOn(kind: ServerKind): Promise<FreshDatabase & { database: TestDatabase }> {
  const database = emptied[kind].pop() ?? (await createDatabase(kind));
  const opened: Store[] = [];

  async function reopen(): Promise<Store> {
    const store = await openStore({ databaseUrl: database.url });
    opened.push(store);
    return store;
  }

  return {
    store: await reopen(),
    database,
    reopen,
    async dispose() {
      for (const store of opened) {
        await store.close();
      }
      await empty(database);
      emptied[kind].push(database);
    },
  };
}

/** To be called after the last test of a file. */
export async function dropEmptied(kind: ServerKind): Promise<void> {
  for (const database of emptied[kind].splice(0)) {
    await database.drop();
  }
}

/** As the migrations left it, but for the ids, which go on. */
async function empty(database: TestDatabase): Promise<void> {
  const names = tables.map(({ name }) => name).filter((name) => !["meta", "queues", "locks"].includes(name));
  await database.run([
    ...names.toReversed().map((name) => `delete from ${name}`),
    "update queues set slots = null, is_paused = 0",
    "delete from queues where name <> 'default'",
    "update locks set holder = '', term = 0, lease_until = 0",
    "delete from meta where name = 'copy'",
  ]);
}
