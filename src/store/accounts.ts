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

export type Tokens = {
  /** Stores the hash of a new token. */
  create(token: { userId: number; hash: string; now: number }): Promise<{ id: number }>;
  /** The account a token belongs to; null when it is unknown or revoked. */
  find(by: { hash: string }): Promise<{ tokenId: number; user: UserRow } | null>;
  revoke(token: { id: number }): Promise<void>;
  /** Ends every login of the account but, if given, one. */
  revokeAll(of: { userId: number; exceptId?: number }): Promise<void>;
};
