import type { Account } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { queries } from "../api/query-client.ts";
import { forgetTasks } from "../live/recent-changes.ts";
import { router } from "../router.tsx";
import { forgetOwnDrafts } from "./own-drafts.ts";
import { onSessionChange, readToken } from "./session.ts";

/** Whose session it is, or was last; null while that is not known. */
let owner: Account | null = null;

/**
 * Goes to the login when the session ends, and forgets what was fetched whenever another one begins. Who logs out leaves
 * no drafts behind either; who has to log in again finds them.
 */
export function leaveWhenSessionEnds(): void {
  onSessionChange((change) => {
    // In the other tabs the server may have ended the session before they hear that the person left.
    owner = change === "begun" ? null : (queries.getQueryData(meQuery.queryKey) ?? owner);
    if (change === "left") {
      forgetOwnDrafts(owner);
    }
    if (readToken() === null) {
      void leave(change === "left" ? undefined : router.state.location.href);
    } else {
      forget();
    }
  });
}

async function leave(returnTo: string | undefined): Promise<void> {
  const isAtDoor = /^\/(login|register)$/.test(router.state.location.pathname);
  if (!isAtDoor) {
    await router.navigate({ to: "/login", search: { to: returnTo } });
  }
  forget();
}

function forget(): void {
  queries.clear();
  forgetTasks();
}
