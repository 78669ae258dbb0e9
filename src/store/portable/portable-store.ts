import { AsyncLocalStorage } from "node:async_hooks";
import { sql } from "kysely";
import { type Store, StoreUnavailable } from "../store.ts";
import type { Access, Operation } from "./access.ts";
import { attemptsOn } from "./attempts.ts";
import { againOnConflict } from "./conflicts.ts";
import type { Engine } from "./dialect.ts";
import { eventsOn } from "./events.ts";
import { groupCommit } from "./group-commit.ts";
import { locksOn } from "./locks.ts";
import { nodesOn } from "./nodes.ts";
import { outputBlocksOn } from "./output-blocks.ts";
import { outputMarksOn } from "./output-marks.ts";
import { queuesOn } from "./queues.ts";
import type { Connection } from "./schema.ts";
import { statisticsOn } from "./statistics.ts";
import { tasksOn } from "./tasks.ts";
import { tokensOn } from "./tokens.ts";
import { usersOn } from "./users.ts";

/**
 * The store, written once for every database. Writes go through group commit; a transaction has a turn of its own.
 *
 * Waiting inside a transaction for a write of the outer store would be waiting for oneself. The body of a transaction
 * is therefore marked, and such a write throws at once instead.
 */
export async function openPortableStore(engine: Engine): Promise<Store> {
  const meta = engine.reader.selectFrom("meta").select("value").where("name", "=", "installation_id");
  return portableStore(engine, (await meta.executeTakeFirstOrThrow()).value);
}

function portableStore(engine: Engine, installationId: string): Store {
  const insideTransaction = new AsyncLocalStorage<{ isOpen: boolean }>();
  const commits = groupCommit({
    inTransaction: (body) => engine.writer.transaction().execute(body),
    makeDurable: () => engine.makeDurable(),
  });
  const transactions = new Set<Promise<unknown>>();
  let closing: Promise<void> | null = null;

  function assertMayWrite(): void {
    if (closing !== null) {
      throw new StoreUnavailable("The database is closed because the server is shutting down.");
    }
    if (insideTransaction.getStore()?.isOpen === true) {
      throw new Error("Inside a transaction, use the store its body was given: the outer one waits for its end.");
    }
  }

  const access: Access = {
    read: engine.reader,
    dialect: engine.dialect,
    async write(operation) {
      assertMayWrite();
      return commits.run(operation, { isDurable: true });
    },
    async note(operation) {
      assertMayWrite();
      return commits.run(operation, { isDurable: false });
    },
  };

  return {
    ...verbsOn(access),
    description: engine.description,
    installationId,
    async transaction(body) {
      assertMayWrite();
      const mark = { isOpen: true };
      const once = () =>
        engine.writer
          .transaction()
          .execute((db) => insideTransaction.run(mark, () => body(storeWithin(db, engine, installationId))));
      const transaction = againOnConflict(once);
      transactions.add(transaction);
      try {
        const result = await transaction;
        await engine.makeDurable();
        return result;
      } finally {
        mark.isOpen = false;
        transactions.delete(transaction);
      }
    },
    async check() {
      await engine.verify();
      await access.write(provesWritable);
    },
    now: () => readNow(engine.reader, engine),
    close() {
      closing ??= finishAndClose();
      return closing;
    },
  };

  async function finishAndClose(): Promise<void> {
    await Promise.allSettled([commits.idle(), ...transactions]);
    await engine.close();
  }
}

/** The same verbs on an open transaction. A transaction within it is part of it. */
function storeWithin(db: Connection, engine: Engine, installationId: string): Store {
  const store: Store = {
    ...verbsOn({
      read: db,
      dialect: engine.dialect,
      write: (operation) => operation(db),
      note: (operation) => operation(db),
    }),
    description: engine.description,
    installationId,
    transaction: (body) => body(store),
    async check() {
      await engine.verify();
      await provesWritable(db);
    },
    now: () => readNow(db, engine),
    async close() {
      throw new Error("A transaction cannot close the store.");
    },
  };
  return store;
}

function verbsOn(access: Access) {
  return {
    users: usersOn(access),
    tokens: tokensOn(access),
    tasks: tasksOn(access),
    attempts: attemptsOn(access),
    events: eventsOn(access),
    queues: queuesOn(access),
    nodes: nodesOn(access),
    blocks: outputBlocksOn(access),
    marks: outputMarksOn(access),
    locks: locksOn(access),
    statistics: statisticsOn(access),
  };
}

async function readNow(db: Connection, { dialect }: Engine): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${dialect.now} as now`.execute(db);
  return Number(rows[0]?.now);
}

/** The smallest real write: it fails on a full disk and on one that became read-only. */
const provesWritable: Operation<void> = async (db) => {
  await db.updateTable("meta").set({ value: "1" }).where("name", "=", "write_test").execute();
};
