import type { Selectable } from "kysely";
import type { TokenRow, Tokens } from "../accounts.ts";
import type { Access } from "./access.ts";
import type { Connection, Database } from "./schema.ts";
import { statement } from "./statement.ts";
import { toUser } from "./users.ts";

const findByHash = statement(1, (db, hash: string) =>
  db
    .selectFrom("tokens")
    .innerJoin("users", "users.id", "tokens.user_id")
    .selectAll("users")
    .select([
      "tokens.id as token_id",
      "tokens.name as token_name",
      "tokens.created_at as token_created_at",
      "tokens.last_used_at as token_last_used_at",
      "tokens.expires_at as token_expires_at",
    ])
    .where("tokens.hash", "=", hash),
);

export function tokensOn({ read, write, note, dialect }: Access): Tokens {
  return {
    create: ({ userId, hash, name, expiresAt, now }) =>
      write(async (db) => {
        if (name !== null) {
          await dialect.lock(db, "accounts");
          if (await isTaken(db, { userId, name, now })) {
            return null;
          }
        }
        const row = { user_id: userId, hash, created_at: now, name, expires_at: expiresAt };
        const id = await dialect.insertWithId(db, "tokens", row);
        return { id, userId, name, createdAt: now, lastUsedAt: null, expiresAt };
      }),

    async find(by) {
      const [row] = (await findByHash(read, by.hash)).rows;
      if (row === undefined) {
        return null;
      }
      const token = {
        id: row.token_id,
        userId: row.id,
        name: row.token_name,
        createdAt: row.token_created_at,
        lastUsedAt: row.token_last_used_at,
        expiresAt: row.token_expires_at,
      };
      return { token, user: toUser(row) };
    },

    async list(of) {
      const own = read.selectFrom("tokens").selectAll().where("user_id", "=", of.userId);
      return (await own.orderBy("id").execute()).map(toToken);
    },

    noteUse: (token) =>
      note(async (db) => {
        await db
          .updateTable("tokens")
          .set({ last_used_at: token.at })
          .where("id", "=", token.id)
          .where((eb) => eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<", token.at)]))
          .execute();
      }),

    revoke: (token) =>
      write(async (db) => {
        const one = db.deleteFrom("tokens").where("id", "=", token.id).where("user_id", "=", token.userId);
        return (await one.executeTakeFirstOrThrow()).numDeletedRows > 0n;
      }),

    revokeAll: (of) =>
      write(async (db) => {
        const all = db.deleteFrom("tokens").where("user_id", "=", of.userId);
        await (of.exceptId === undefined ? all : all.where("id", "!=", of.exceptId)).execute();
      }),
  };
}

/** Whether a living token has the name; what has expired under it goes. */
async function isTaken(db: Connection, of: { userId: number; name: string; now: number }): Promise<boolean> {
  await db
    .deleteFrom("tokens")
    .where("user_id", "=", of.userId)
    .where("name", "=", of.name)
    .where("expires_at", "<=", of.now)
    .execute();
  const named = db.selectFrom("tokens").select("id").where("user_id", "=", of.userId).where("name", "=", of.name);
  return (await named.executeTakeFirst()) !== undefined;
}

function toToken(row: Selectable<Database["tokens"]>): TokenRow {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
