import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FreshDatabase } from "../conformance/store-conformance.ts";
import type { Store } from "../store.ts";
import { openSqliteStore } from "./open.ts";

/** An empty SQLite database in a directory of its own, for a test. */
export async function openFreshSqlite(): Promise<FreshDatabase & { file: string }> {
  const directory = await mkdtemp(join(tmpdir(), "utm-store-"));
  const file = join(directory, "record.db");
  const opened: Store[] = [];

  async function reopen(): Promise<Store> {
    const store = await openSqliteStore({ file });
    opened.push(store);
    return store;
  }

  return {
    store: await reopen(),
    file,
    reopen,
    async dispose() {
      for (const store of opened) {
        await store.close();
      }
      await rm(directory, { recursive: true });
    },
  };
}
