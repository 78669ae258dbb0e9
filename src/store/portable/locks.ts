import { sql } from "kysely";
import type { HeldLock, LockName, Locks } from "../nodes.ts";
import type { Access } from "./access.ts";
import type { Dialect } from "./dialect.ts";
import type { Connection } from "./schema.ts";

/**
 * A lock is a row: holder, term, and until when, by the database's clock. The term grows whenever somebody else takes it.
 *
 * A holder that was paused for long may wake up and go on. Nothing that depends on the lock therefore trusts a look at
 * it: `renewLock` is the first statement of the transaction that acts, and changes the row only while holder and term are
 * still the same. The row stays locked until that transaction ends, so who takes the lock meanwhile comes after it.
 * A lease that ran out while nobody else came is as good as before: the term tells.
 */
export function locksOn({ note, dialect }: Access): Locks {
  return {
    take: ({ name, holder, leaseMs, isForced = false }) =>
      note(async (db) => {
        const until = sql<number>`${dialect.now} + ${leaseMs}`;
        const mine = db.updateTable("locks").set({ lease_until: until }).where("name", "=", name);
        if ((await mine.where("holder", "=", holder).executeTakeFirst()).numUpdatedRows === 0n) {
          const free = db
            .updateTable("locks")
            .set({ holder, term: sql<number>`term + 1`, lease_until: until })
            .where("name", "=", name)
            .$if(!isForced, (update) => update.where("lease_until", "<=", dialect.now));
          if ((await free.executeTakeFirst()).numUpdatedRows === 0n) {
            return null;
          }
        }
        const taken = db.selectFrom("locks").select("term").where("name", "=", name);
        return { holder, term: (await taken.executeTakeFirstOrThrow()).term };
      }),

    release: ({ name, holder, term }) =>
      note(async (db) => {
        await db
          .updateTable("locks")
          .set({ holder: "", lease_until: 0 })
          .where("name", "=", name)
          .where("holder", "=", holder)
          .where("term", "=", term)
          .execute();
      }),
  };
}

/** True when the lock is still this one's; then nobody else has it before the transaction ends. */
export async function renewLock(
  db: Connection,
  dialect: Dialect,
  lock: { name: LockName; leaseMs: number } & HeldLock,
): Promise<boolean> {
  const result = await db
    .updateTable("locks")
    .set({ lease_until: sql<number>`${dialect.now} + ${lock.leaseMs}` })
    .where("name", "=", lock.name)
    .where("holder", "=", lock.holder)
    .where("term", "=", lock.term)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
