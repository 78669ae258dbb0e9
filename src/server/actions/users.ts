import { randomBytes } from "node:crypto";
import type { Account, ManagedUser, Role, Session, User, UserStatus } from "../../contract/index.ts";
import type { Taken, UserRow } from "../../store/accounts.ts";
import type { Store } from "../../store/store.ts";
import { type Actor, makeToken, requireLogin } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { presentAccount, presentManagedUser, presentUser } from "../present/user.ts";
import { hashPassword, verifyPassword } from "./password.ts";

/** Accounts: register, log in and out, change one's own, and what an admin changes. */
export async function register(
  context: Context,
  input: { username: string; email: string; password: string },
): Promise<User> {
  const { store, config, clock } = context;
  await refuseWhenClosed(context, store);
  const status: UserStatus = config.registration === "approval" ? "awaiting_approval" : "active";
  const passwordHash = await hashPassword(input.password);
  const { username, email } = input;
  const user = await store.transaction(async (transaction) => {
    // Again, since somebody else may have become the first while this password was hashed.
    await refuseWhenClosed(context, transaction);
    return transaction.users.create({ username, email, passwordHash, role: "member", status, now: clock() });
  });
  return presentUser(orTaken(user));
}

/** Closed to everybody but the first, who becomes the admin. */
async function refuseWhenClosed({ config }: Context, store: Store): Promise<void> {
  if (config.registration === "closed" && (await store.users.count()) > 0) {
    throw new Refusal("registration_closed");
  }
}

export async function logIn(context: Context, input: { username: string; password: string }): Promise<Session> {
  const { store, clock } = context;
  const user = await store.users.find({ username: input.username });
  // Hashing also for unknown names, so that the time of the answer does not tell which names exist.
  const isRight = await verifyPassword(input.password, user?.passwordHash ?? (await decoyHash()));
  if (user === null || !isRight) {
    throw new InvalidInput({ non_field_errors: ["Unable to log in with provided credentials."] });
  }
  if (user.status !== "active") {
    const state = user.status === "disabled" ? "is disabled" : "is waiting for an admin's approval";
    throw new Refusal("account_not_active", { state });
  }
  const { token, hash } = makeToken();
  await store.tokens.create({ userId: user.id, hash, name: null, expiresAt: null, now: clock() });
  return { token, user_id: user.id, username: user.username, email: user.email };
}

let decoy: Promise<string> | null = null;

function decoyHash(): Promise<string> {
  decoy ??= hashPassword(randomBytes(16).toString("hex"));
  return decoy;
}

export async function logOut(context: Context, actor: Actor): Promise<{ detail: string }> {
  await context.store.tokens.revoke({ id: actor.tokenId, userId: actor.user.id });
  return { detail: "Logged out." };
}

export async function changeAccount(
  context: Context,
  actor: Actor,
  change: { username?: string | undefined; email?: string | undefined; password?: string | undefined },
): Promise<Account> {
  const { store, clock } = context;
  const { password, ...names } = change;
  if (password !== undefined) {
    requireLogin(actor, "set a new password");
  }
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  const user = await store.transaction(async (transaction) => {
    const changed = orTaken(
      await transaction.users.update({ id: actor.user.id, ...definedOnly({ ...names, passwordHash }), now: clock() }),
    );
    if (passwordHash !== undefined) {
      await transaction.tokens.revokeAll({ userId: actor.user.id, exceptId: actor.tokenId });
    }
    return changed;
  });
  return presentAccount(user, actor);
}

export async function listUsers(context: Context): Promise<ManagedUser[]> {
  return (await context.store.users.list()).map(presentManagedUser);
}

export async function changeUser(
  context: Context,
  id: number,
  change: { role?: Role | undefined; status?: UserStatus | undefined },
): Promise<ManagedUser> {
  const user = await context.store.transaction(async (transaction) => {
    const changed = orTaken(await transaction.users.update({ id, ...definedOnly(change), now: context.clock() }));
    if ((await transaction.users.countActiveAdmins()) === 0) {
      throw new Refusal("last_admin");
    }
    if (changed.status !== "active") {
      await transaction.tokens.revokeAll({ userId: id });
    }
    return changed;
  });
  return presentManagedUser(user);
}

const takenMessages = {
  username: "A user with that username already exists.",
  email: "A user with that email already exists.",
} as const;

function orTaken(result: UserRow | Taken | null): UserRow {
  if (result === null) {
    throw new Refusal("not_found");
  }
  if ("taken" in result) {
    throw new InvalidInput(Object.fromEntries(result.taken.map((field) => [field, [takenMessages[field]]])));
  }
  return result;
}

function definedOnly<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
