import { CompiledQuery } from "kysely";
import { StoreUnavailable } from "../store.ts";
import type { Operation } from "./access.ts";
import type { Connection } from "./schema.ts";

/**
 * Group commit: many small writes, one wait for the disk.
 *
 * A commit costs a wait for the disk, whatever it holds. So writes that ask while a commit is under way queue up, and
 * the next transaction takes all of them. Each stands behind a savepoint of its own: one that fails is undone alone, and
 * its neighbours are committed. Nobody is answered before the commit; when it fails, everybody in it is told so.
 *
 * Under no load a write is not held back: the transaction starts at the end of the current turn of the event loop. That
 * much is needed, because with a synchronous driver the first of fifty requests that arrived together would otherwise be
 * committed before the second one's handler has run, and they would never meet.
 */
export type GroupCommit = {
  run<T>(operation: Operation<T>): Promise<T>;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
};

/** More in one transaction saves little, and keeps a synchronous driver from serving anybody else for too long. */
const largestGroup = 100;

type Entry = {
  /** Runs the operation and keeps its answer. */
  apply(db: Connection): Promise<void>;
  /** Gives the answer to who asked. */
  settle(): void;
  reject(error: unknown): void;
};

const savepoint = CompiledQuery.raw("savepoint one_operation");
const release = CompiledQuery.raw("release savepoint one_operation");
const undo = CompiledQuery.raw("rollback to savepoint one_operation");

/** Groups the operations given to it into transactions of the given kind. */
export function groupCommit(inTransaction: (body: Operation<void>) => Promise<void>): GroupCommit {
  let waiting: Entry[] = [];
  let underWay: Promise<void> | null = null;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await endOfTurn();
      const group = waiting.slice(0, largestGroup);
      waiting = waiting.slice(largestGroup);
      await commit(group, inTransaction);
    }
    underWay = null;
  }

  return {
    run(operation) {
      return new Promise((resolve, reject) => {
        waiting.push(entryOf(operation, resolve, reject));
        underWay ??= work();
      });
    },
    async idle() {
      await underWay;
    },
  };
}

function entryOf<T>(operation: Operation<T>, resolve: (answer: T) => void, reject: (error: unknown) => void): Entry {
  let settle = () => {};
  return {
    async apply(db) {
      const answer = await operation(db);
      settle = () => resolve(answer);
    },
    settle: () => settle(),
    reject,
  };
}

async function commit(group: Entry[], inTransaction: (body: Operation<void>) => Promise<void>): Promise<void> {
  const failures = new Map<Entry, unknown>();
  try {
    await inTransaction(async (db) => {
      const [only] = group;
      if (only !== undefined && group.length === 1) {
        await only.apply(db);
        return;
      }
      for (const entry of group) {
        await applyAlone(db, entry, failures);
      }
    });
  } catch (error) {
    for (const entry of group) {
      entry.reject(failures.get(entry) ?? error);
    }
    return;
  }
  for (const entry of group) {
    if (failures.has(entry)) {
      entry.reject(failures.get(entry));
    } else {
      entry.settle();
    }
  }
}

async function applyAlone(db: Connection, entry: Entry, failures: Map<Entry, unknown>): Promise<void> {
  await db.executeQuery(savepoint);
  try {
    await entry.apply(db);
  } catch (error) {
    // Nothing wrong with this one: a disk that is full for it is full for all, and the group fails as one.
    if (error instanceof StoreUnavailable) {
      throw error;
    }
    failures.set(entry, error);
    await db.executeQuery(undo);
  }
  await db.executeQuery(release);
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
