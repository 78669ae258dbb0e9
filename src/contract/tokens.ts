import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { label, timeInput, wholeNumber } from "./fields.ts";

/** One's own tokens: those made for programs, which have a name, and those of logins, which have none. */
const time = z.iso.datetime();

export const accessToken = z.object({
  id: z.int(),
  /** Null for a login. */
  name: z.string().nullable(),
  created_at: time,
  /** To the hour, or so; null when it was never used. */
  last_used_at: time.nullable(),
  /** Null for never. */
  expires_at: time.nullable(),
  /** Whether this request came with it. */
  current: z.boolean(),
});

/** With the token itself, which is told only once. */
export const newAccessToken = accessToken.extend({ token: z.string() });

const mostDays = 3650;

export const tokenRequest = z
  .object({
    name: label(100),
    expires_in_days: z.int().min(1).max(mostDays).nullish(),
    expires_at: timeInput().nullish(),
  })
  .refine(({ expires_in_days, expires_at }) => expires_in_days == null || expires_at == null, {
    path: ["expires_at"],
    error: "Give either expires_in_days or expires_at.",
  });

export type AccessToken = z.output<typeof accessToken>;
export type NewAccessToken = z.output<typeof newAccessToken>;
export type TokenRequest = z.output<typeof tokenRequest>;

const shared = { tag: "users", access: "signed_in", kind: "json" } as const;

export const tokenEndpoints = {
  listTokens: endpoint({
    ...shared,
    method: "GET",
    path: "/userapi/tokens/",
    summary: "Your tokens and logins, without their secrets.",
    status: 200,
    response: z.array(accessToken),
  }),
  createToken: endpoint({
    ...shared,
    method: "POST",
    path: "/userapi/tokens/",
    summary: "Make a token with a name, for a program. It is told only in this answer.",
    status: 201,
    body: tokenRequest,
    response: newAccessToken,
  }),
  revokeToken: endpoint({
    ...shared,
    method: "DELETE",
    path: "/userapi/tokens/:id/",
    summary: "Revoke one of your tokens, or end one of your logins.",
    status: 200,
    params: z.object({ id: wholeNumber(1) }),
    response: z.object({ detail: z.string() }),
  }),
};
