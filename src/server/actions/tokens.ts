import type { AccessToken, NewAccessToken, TokenRequest } from "../../contract/index.ts";
import { type Actor, makeToken, requireLogin } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { presentToken } from "../present/token.ts";

/** One's own tokens: look at them, make one for a program, revoke one. */
export async function listTokens(context: Context, actor: Actor): Promise<AccessToken[]> {
  const asking = { tokenId: actor.tokenId, now: context.clock() };
  const tokens = await context.store.tokens.list({ userId: actor.user.id });
  return tokens.map((token) => presentToken(token, asking));
}

/** Told only in this answer. What it starts with lets people, and what looks for leaked secrets, know it for what it is. */
export async function createToken(context: Context, actor: Actor, input: TokenRequest): Promise<NewAccessToken> {
  requireLogin(actor, "make tokens");
  const now = context.clock();
  const expiresAt = expiryOf(input, now);
  const { token, hash } = makeToken("utm_");
  const row = await context.store.tokens.create({ userId: actor.user.id, hash, name: input.name, expiresAt, now });
  if (row === null) {
    throw new InvalidInput({ name: ["You have a token with that name already. Revoke it, or choose another name."] });
  }
  context.log.info({ tokenId: row.id, by: actor.user.username }, "token made");
  return { ...presentToken(row, { tokenId: actor.tokenId, now }), token };
}

export async function revokeToken(context: Context, actor: Actor, id: number): Promise<{ detail: string }> {
  if (id !== actor.tokenId) {
    requireLogin(actor, "revoke others");
  }
  if (!(await context.store.tokens.revoke({ id, userId: actor.user.id }))) {
    throw new Refusal("not_found");
  }
  context.log.info({ tokenId: id, by: actor.user.username }, "token revoked");
  return { detail: `Token ${id} is revoked.` };
}

const dayMs = 86_400_000;

function expiryOf({ expires_in_days: days, expires_at: at }: TokenRequest, now: number): number | null {
  if (days != null) {
    return now + days * dayMs;
  }
  if (at == null) {
    return null;
  }
  const expiresAt = Date.parse(at);
  if (expiresAt <= now) {
    throw new InvalidInput({ expires_at: ["This time is over. Give one that is to come."] });
  }
  return expiresAt;
}
