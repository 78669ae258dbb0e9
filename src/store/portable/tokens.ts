import type { Tokens } from "../accounts.ts";
import type { Access } from "./access.ts";
import { statement } from "./statement.ts";
import { toUser } from "./users.ts";

const findByHash = statement(1, (db, hash: string) =>
  db
    .selectFrom("tokens")
    .innerJoin("users", "users.id", "tokens.user_id")
    .selectAll("users")
    .select("tokens.id as token_id")
    .where("tokens.hash", "=", hash),
);

export function tokensOn({ read, write, dialect }: Access): Tokens {
  return {
    create: (token) =>
      write(async (db) => {
        const row = { user_id: token.userId, hash: token.hash, created_at: token.now };
        return { id: await dialect.insertWithId(db, "tokens", row) };
      }),

    async find(by) {
      const [row] = (await findByHash(read, by.hash)).rows;
      return row === undefined ? null : { tokenId: row.token_id, user: toUser(row) };
    },

    revoke: (token) =>
      write(async (db) => {
        await db.deleteFrom("tokens").where("id", "=", token.id).execute();
      }),

    revokeAll: (of) =>
      write(async (db) => {
        const all = db.deleteFrom("tokens").where("user_id", "=", of.userId);
        await (of.exceptId === undefined ? all : all.where("id", "!=", of.exceptId)).execute();
      }),
  };
}
