import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { wholeNumber } from "./fields.ts";
import { permissions, roles } from "./permissions.ts";

/** Accounts: register, log in and out, one's own account, and an admin's view of everybody. */
export const userStatuses = ["active", "awaiting_approval", "disabled"] as const;
export type UserStatus = (typeof userStatuses)[number];

const username = z
  .string()
  .min(1, { error: "This field may not be blank.", abort: true })
  .min(3)
  .max(150)
  .regex(/^[A-Za-z0-9_]+$/, { error: "Use only letters, digits and underscores." });

const email = z
  .string()
  .trim()
  .min(1, { error: "This field may not be blank.", abort: true })
  .max(254)
  .pipe(z.email({ error: "Enter a valid email address." }));

const password = z.string().min(1, { error: "This field may not be blank." }).max(1024);

export const registration = z.object({ username, email, password });

export const credentials = z.object({
  username: z.string().min(1, { error: "This field may not be blank." }).max(1024),
  password,
});

export const user = z.object({
  id: z.int(),
  username: z.string(),
  email: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

/** One's own account, with what it may do here. */
export const account = user.extend({
  role: z.enum(roles),
  permissions: z.array(z.enum(Object.keys(permissions) as (keyof typeof permissions)[])),
});

/** An account as an admin sees it. */
export const managedUser = user.extend({ role: z.enum(roles), status: z.enum(userStatuses) });

export const session = z.object({
  token: z.string(),
  user_id: z.int(),
  username: z.string(),
  email: z.string(),
});

export type User = z.output<typeof user>;
export type Account = z.output<typeof account>;
export type ManagedUser = z.output<typeof managedUser>;
export type Session = z.output<typeof session>;

export const userEndpoints = {
  register: endpoint({
    method: "POST",
    path: "/userapi/register/",
    summary: "Create an account. The first one is the admin.",
    tag: "users",
    access: "public",
    kind: "json",
    status: 201,
    body: registration,
    response: user,
  }),
  login: endpoint({
    method: "POST",
    path: "/userapi/login/",
    summary: "Get a token for a username and a password.",
    tag: "users",
    access: "public",
    kind: "json",
    status: 200,
    body: credentials,
    response: session,
  }),
  logout: endpoint({
    method: "POST",
    path: "/userapi/logout/",
    summary: "Revoke the token this request came with.",
    tag: "users",
    access: "signed_in",
    kind: "json",
    status: 200,
    response: z.object({ detail: z.string() }),
  }),
  me: endpoint({
    method: "GET",
    path: "/userapi/me/",
    summary: "Your account and what it may do.",
    tag: "users",
    access: "signed_in",
    kind: "json",
    status: 200,
    response: account,
  }),
  replaceMe: endpoint({
    method: "PUT",
    path: "/userapi/me/",
    summary: "Change your account: username, email and password, all given.",
    tag: "users",
    access: "signed_in",
    kind: "json",
    status: 200,
    body: registration,
    response: account,
  }),
  updateMe: endpoint({
    method: "PATCH",
    path: "/userapi/me/",
    summary: "Change your account. A new password ends every other login and revokes the named tokens.",
    tag: "users",
    access: "signed_in",
    kind: "json",
    status: 200,
    body: registration.partial(),
    response: account,
  }),
  listUsers: endpoint({
    method: "GET",
    path: "/userapi/users/",
    summary: "All accounts.",
    tag: "users",
    access: "manage_users",
    kind: "json",
    status: 200,
    response: z.array(managedUser),
  }),
  updateUser: endpoint({
    method: "PATCH",
    path: "/userapi/users/:id/",
    summary: "Give an account another role, approve or disable it.",
    tag: "users",
    access: "manage_users",
    kind: "json",
    status: 200,
    params: z.object({ id: wholeNumber(1) }),
    body: z.object({ role: z.enum(roles), status: z.enum(userStatuses) }).partial(),
    response: managedUser,
  }),
};
