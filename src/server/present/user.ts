import type { Account, ManagedUser, User } from "../../contract/index.ts";
import type { UserRow } from "../../store/accounts.ts";
import type { Actor } from "../access.ts";

/** Accounts as they leave through the API; the password hash has no way out. */
export function presentUser(user: UserRow): User {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    created_at: new Date(user.createdAt).toISOString(),
    updated_at: new Date(user.updatedAt).toISOString(),
  };
}

export function presentAccount(user: UserRow, actor: Actor): Account {
  return { ...presentUser(user), role: user.role, permissions: [...actor.permissions] };
}

export function presentManagedUser(user: UserRow): ManagedUser {
  return { ...presentUser(user), role: user.role, status: user.status };
}
