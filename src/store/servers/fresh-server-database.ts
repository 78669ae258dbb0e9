import { createDatabase, type ServerKind, type TestDatabase } from "../../../test/support/databases/fresh-database.ts";
import type { FreshDatabase } from "../conformance/store-conformance.ts";
import { openStore } from "../open.ts";
import type { Store } from "../store.ts";

/** An empty database on a server, for a test. */
export async function openFreshOn(kind: ServerKind): Promise<FreshDatabase & { database: TestDatabase }> {
  const database = await createDatabase(kind);
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
      await database.drop();
    },
  };
}
