import { CompiledQuery } from "kysely";
import { StoreUnavailable } from "../store.ts";
import type { Operation } from "./access.ts";
import { againOnConflict } from "./conflicts.ts";
import { TransactionConflict } from "./dialect.ts";
import type { Connection } from "./schema.ts";

/**
 * Group commit: many small writes, one transaction, one wait for the disk.
 *
 * Writes that ask while a commit is under way queue up, and the next transaction takes all of them. Each stands behind a
 * savepoint of its own: one that fails is undone alone, and its neighbours are committed. Nobody is answered before the
 * commit; when it fails, everybody in it is told so.
 *
 * A database that waits for the disk by itself does so in its commit. One that runs in this process must not: its commit
 * would stop the event loop for as long (0.4 to 3 ms on the disk it was measured on, five times per task). There the commit
 * only hands the bytes to the kernel, which survives the death of this process, and `makeDurable` waits for the disk
 * beside the event loop. A write is answered after that; a note (see access.ts) after the commit. The next group does not
 * wait: others may see what is not on the disk yet, but whoever acts on it writes first, later in the same log.
 *
 * On a server a group can meet another process's group that changes the same rows in another order, and one of the two has
 * to give way. Its writes are then made one by one, each a transaction of its own: a single write locks little, and all
 * writes of one kind lock in the same order, so they pass.
 *
 * Under no load a write is not held back: the transaction starts at the end of the current turn of the event loop. That
 * much is needed, because with a synchronous driver the first of fifty requests that arrived together would otherwise be
 * committed before the second one's handler has run, and they would never meet.
 */
export type GroupCommit = {
  run<T>(operation: Operation<T>, options: { isDurable: boolean }): Promise<T>;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
};

/** More in one transaction saves little, and keeps a synchronous driver from serving anybody else for too long. */
const largestGroup = 100;

type Entry = {
  /** Answered only when the disk has it. */
  isDurable: boolean;
  /** Runs the operation and keeps its answer. */
  apply(db: Connection): Promise<void>;
  /** Gives the answer to who asked. */
  settle(): void;
  reject(error: unknown): void;
};

const savepoint = CompiledQuery.raw("savepoint one_operation");
const release = CompiledQuery.raw("release savepoint one_operation");
const undo = CompiledQuery.raw("rollback to savepoint one_operation");

export type GroupCommitOptions = {
  inTransaction: (body: Operation<void>) => Promise<void>;
  makeDurable: () => Promise<void>;
};

/** Groups the operations given to it into transactions of the given kind. */
export function groupCommit({ inTransaction, makeDurable }: GroupCommitOptions): GroupCommit {
  let waiting: Entry[] = [];
  let underWay: Promise<void> | null = null;
  const unanswered = new Set<Promise<void>>();

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await endOfTurn();
      const group = waiting.slice(0, largestGroup);
      waiting = waiting.slice(largestGroup);
      const committed = await commit(group, inTransaction);
      const answered = answer(committed, makeDurable).finally(() => unanswered.delete(answered));
      unanswered.add(answered);
    }
    underWay = null;
  }

  return {
    run(operation, { isDurable }) {
      return new Promise((resolve, reject) => {
        waiting.push({ isDurable, ...entryOf(operation, resolve, reject) });
        underWay ??= work();
      });
    },
    async idle() {
      await underWay;
      await Promise.all(unanswered);
    },
  };
}

function entryOf<T>(operation: Operation<T>, resolve: (answer: T) => void, reject: (error: unknown) => void) {
  let settle = () => {};
  return {
    async apply(db: Connection) {
      const result = await operation(db);
      settle = () => resolve(result);
    },
    settle: () => settle(),
    reject,
  };
}

type InTransaction = GroupCommitOptions["inTransaction"];

/** Answers those whose operation was committed; the others have been told already. */
async function commit(group: Entry[], inTransaction: InTransaction): Promise<Entry[]> {
  const [only] = group;
  if (only !== undefined && group.length === 1) {
    return commitAlone(only, inTransaction);
  }
  const failures = new Map<Entry, unknown>();
  try {
    await inTransaction(async (db) => {
      for (const entry of group) {
        await applyAlone(db, entry, failures);
      }
    });
  } catch (error) {
    if (error instanceof TransactionConflict) {
      return commitOneByOne(group, inTransaction);
    }
    for (const entry of group) {
      entry.reject(failures.get(entry) ?? error);
    }
    return [];
  }
  for (const [entry, failure] of failures) {
    entry.reject(failure);
  }
  return group.filter((entry) => !failures.has(entry));
}

async function commitOneByOne(group: readonly Entry[], inTransaction: InTransaction): Promise<Entry[]> {
  const committed: Entry[] = [];
  for (const entry of group) {
    committed.push(...(await commitAlone(entry, inTransaction)));
  }
  return committed;
}

async function commitAlone(entry: Entry, inTransaction: InTransaction): Promise<Entry[]> {
  try {
    await againOnConflict(() => inTransaction((db) => entry.apply(db)));
    return [entry];
  } catch (error) {
    entry.reject(error);
    return [];
  }
}

async function answer(committed: readonly Entry[], makeDurable: () => Promise<void>): Promise<void> {
  const waiting: Entry[] = [];
  for (const entry of committed) {
    if (entry.isDurable) {
      waiting.push(entry);
    } else {
      entry.settle();
    }
  }
  if (waiting.length === 0) {
    return;
  }
  try {
    await makeDurable();
  } catch (error) {
    for (const entry of waiting) {
      entry.reject(error);
    }
    return;
  }
  for (const entry of waiting) {
    entry.settle();
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
