import type { Selectable } from "kysely";
import type { Taken, UserRow, Users } from "../accounts.ts";
import type { Access } from "./access.ts";
import type { Connection, Database } from "./schema.ts";

export function usersOn({ read, write, dialect }: Access): Users {
  return {
    create: (user) =>
      write(async (db) => {
        await dialect.lock(db, "accounts");
        const taken = await findTaken(db, user, null);
        if (taken !== null) {
          return taken;
        }
        const isFirst = (await countUsers(db)) === 0;
        const id = await dialect.insertWithId(db, "users", {
          username: user.username,
          email: user.email,
          email_lower: user.email.toLowerCase(),
          password_hash: user.passwordHash,
          role: isFirst ? "admin" : user.role,
          status: isFirst ? "active" : user.status,
          created_at: user.now,
          updated_at: user.now,
        });
        return required(await findUser(db, { id }), id);
      }),

    find: (by) => findUser(read, by),

    update: (change) =>
      write(async (db) => {
        await dialect.lock(db, "accounts");
        if ((await findUser(db, { id: change.id })) === null) {
          return null;
        }
        const taken = await findTaken(db, change, change.id);
        if (taken !== null) {
          return taken;
        }
        await db
          .updateTable("users")
          .set({
            ...(change.username === undefined ? {} : { username: change.username }),
            ...(change.email === undefined ? {} : { email: change.email, email_lower: change.email.toLowerCase() }),
            ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
            ...(change.role === undefined ? {} : { role: change.role }),
            ...(change.status === undefined ? {} : { status: change.status }),
            updated_at: change.now,
          })
          .where("id", "=", change.id)
          .execute();
        return required(await findUser(db, { id: change.id }), change.id);
      }),

    async list() {
      const rows = await read.selectFrom("users").selectAll().orderBy("id").execute();
      return rows.map(toUser);
    },

    count: () => countUsers(read),

    async countActiveAdmins() {
      const row = await read
        .selectFrom("users")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("role", "=", "admin")
        .where("status", "=", "active")
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}

/** A row of the users table as the domain sees it. */
export function toUser(row: Selectable<Database["users"]>): UserRow {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    passwordHash: row.password_hash,
    role: row.role,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

async function findUser(db: Connection, by: { id: number } | { username: string }): Promise<UserRow | null> {
  const users = db.selectFrom("users").selectAll();
  const one = "id" in by ? users.where("id", "=", by.id) : users.where("username", "=", by.username);
  const row = await one.executeTakeFirst();
  return row === undefined ? null : toUser(row);
}

async function countUsers(db: Connection): Promise<number> {
  const row = await db
    .selectFrom("users")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return row.count;
}

async function findTaken(
  db: Connection,
  wanted: { username?: string; email?: string },
  ownId: number | null,
): Promise<Taken | null> {
  const taken: Taken["taken"] = [];
  const users = db.selectFrom("users").select("id");
  if (wanted.username !== undefined) {
    const other = await users.where("username", "=", wanted.username).executeTakeFirst();
    if (other !== undefined && other.id !== ownId) {
      taken.push("username");
    }
  }
  if (wanted.email !== undefined) {
    const other = await users.where("email_lower", "=", wanted.email.toLowerCase()).executeTakeFirst();
    if (other !== undefined && other.id !== ownId) {
      taken.push("email");
    }
  }
  return taken.length === 0 ? null : { taken };
}

function required(user: UserRow | null, id: number): UserRow {
  if (user === null) {
    throw new Error(`Account ${id} is not in the database although it was just written.`);
  }
  return user;
}
