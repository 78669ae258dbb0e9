import type { Account } from "../../contract/index.ts";

/**
 * Where the drafts of a person are kept in the browser, which may be another's as well. By name and beginning of the
 * account, because a number alone is somebody else's once the address belongs to another installation.
 */
export const draftPrefix = "utm.draft.";
/** Orders under way. They may hold secrets, so they are kept no longer than the tab. */
export const submittingKey = "utm.submitting";

export function draftsOf({ username, created_at: begun }: Pick<Account, "username" | "created_at">): string {
  return `${draftPrefix}${username}.${Date.parse(begun)}.`;
}

/** Takes away what somebody has left in the forms: open part, secrets, orders under way. Of everybody when null. */
export function forgetOwnDrafts(account: Account | null): void {
  const prefix = account === null ? draftPrefix : draftsOf(account);
  for (const name of ["localStorage", "sessionStorage"] as const) {
    try {
      const storage = window[name];
      for (const key of Object.keys(storage).filter((key) => key.startsWith(prefix) || key === submittingKey)) {
        storage.removeItem(key);
      }
    } catch {
      // Storage is forbidden: nothing was kept.
    }
  }
}
