import type { Role, UserStatus } from "../contract/index.ts";

/** The part of the record that is about people: their accounts, and the tokens they log in with. */
/** What was asked for clashes with a unique value that is already there. */
export type Taken = { taken: ("username" | "email")[] };

export type UserRow = {
  id: number;
  username: string;
  email: string;
  passwordHash: string;
  role: Role;
  status: UserStatus;
  createdAt: number;
  updatedAt: number;
};

export type Users = {
  /** Adds an account; the very first one gets role `admin` and status `active` whatever was asked. */
  create(user: {
    username: string;
    email: string;
    passwordHash: string;
    role: Role;
    status: UserStatus;
    now: number;
  }): Promise<UserRow | Taken>;
  find(by: { id: number } | { username: string }): Promise<UserRow | null>;
  /** Changes what is given. Null when there is no such account. */
  update(change: {
    id: number;
    username?: string;
    email?: string;
    passwordHash?: string;
    role?: Role;
    status?: UserStatus;
    now: number;
  }): Promise<UserRow | Taken | null>;
  /** All accounts by id. */
  list(): Promise<UserRow[]>;
  count(): Promise<number>;
  /** Active accounts with role `admin`. */
  countActiveAdmins(): Promise<number>;
};

export type TokenRow = {
  id: number;
  userId: number;
  /** What its owner calls it; null for a login. */
  name: string | null;
  createdAt: number;
  /** To the hour, or so; null when it was never used. */
  lastUsedAt: number | null;
  /** From then on it opens nothing any more; null for never. */
  expiresAt: number | null;
};

export type Tokens = {
  /**
   * Stores the hash of a new token. Null, and nothing stored, when the account has a living one of that name; one that
   * has expired gives way.
   */
  create(token: {
    userId: number;
    hash: string;
    name: string | null;
    expiresAt: number | null;
    now: number;
  }): Promise<TokenRow | null>;
  /** A token, also an expired one, and its account; null when it is unknown or revoked. */
  find(by: { hash: string }): Promise<{ token: TokenRow; user: UserRow } | null>;
  /** All of the account's, also those that have expired, by id. */
  list(of: { userId: number }): Promise<TokenRow[]>;
  /** It was used at that time. Never takes back a later one. */
  noteUse(token: { id: number; at: number }): Promise<void>;
  /** False when the account has no such token. */
  revoke(token: { id: number; userId: number }): Promise<boolean>;
  /** Ends every login and every named token of the account but, if given, one. */
  revokeAll(of: { userId: number; exceptId?: number }): Promise<void>;
};
