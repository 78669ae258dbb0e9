import { z } from "zod";
import { endpoint } from "./endpoint.ts";

/** The server itself: is it alive, can it work, what should a client know before anybody logged in. */
const shared = { method: "GET", tag: "system", access: "public", kind: "json", status: 200 } as const;

export const registrationPolicies = ["open", "approval", "closed"] as const;
export type RegistrationPolicy = (typeof registrationPolicies)[number];

export const serverInfo = z.object({
  name: z.literal("UNIX Task Manager"),
  version: z.string(),
  registration: z.enum(registrationPolicies),
  /** False until the first account exists; that one becomes the admin. */
  has_users: z.boolean(),
  /** How long the demonstration task sleeps. */
  default_sleep_seconds: z.number(),
  /** Seconds between SIGTERM and SIGKILL when a task names none. */
  default_kill_grace_seconds: z.number(),
});

export const readiness = z.object({
  status: z.enum(["ready", "not_ready"]),
  /** What keeps the server from working, in sentences. */
  missing: z.array(z.string()),
});

/** Where the value of a setting came from, in the order in which they win. */
export const settingSources = ["flag", "environment", "file", "default"] as const;
export type SettingSource = (typeof settingSources)[number];

export const settingInForce = z.object({
  /** Of its variable, which is also the name in the configuration file. */
  name: z.string(),
  flag: z.string(),
  /** Passwords are masked. Null: nothing is set, and `default` says what that means. */
  value: z.union([z.string(), z.number(), z.boolean()]).nullable(),
  source: z.enum(settingSources),
  /** The configuration file it stands in; null when it came from elsewhere. */
  file: z.string().nullable(),
  /** The default in words. */
  default: z.string(),
  description: z.string(),
});

export type SettingInForce = z.output<typeof settingInForce>;
export type ServerInfo = z.output<typeof serverInfo>;

export const systemEndpoints = {
  health: endpoint({
    ...shared,
    path: "/healthz",
    summary: "Alive.",
    response: z.object({ status: z.literal("ok") }),
  }),
  readiness: endpoint({
    ...shared,
    path: "/readyz",
    summary: "Able to work: 200, or 503 with what is missing.",
    response: readiness,
  }),
  info: endpoint({
    ...shared,
    path: "/info",
    summary: "What a client should know before logging in.",
    response: serverInfo,
  }),
  listSettings: endpoint({
    ...shared,
    path: "/taskapi/settings/",
    summary: "The settings of this server, with where each came from. Passwords are masked.",
    access: "view_settings",
    response: z.array(settingInForce),
  }),
};
