import type { AccessToken } from "../../contract/index.ts";
import type { TokenRow } from "../../store/accounts.ts";
import { isoTime, isoTimeOrNull } from "./task.ts";

/** A token as it leaves through the API; its hash has no way out. The one that asks is in use right now. */
export function presentToken(token: TokenRow, asking: { tokenId: number; now: number }): AccessToken {
  const isAsking = token.id === asking.tokenId;
  return {
    id: token.id,
    name: token.name,
    created_at: isoTime(token.createdAt),
    last_used_at: isoTimeOrNull(isAsking ? asking.now : token.lastUsedAt),
    expires_at: isoTimeOrNull(token.expiresAt),
    current: isAsking,
  };
}
