import { queries } from "../api/query-client.ts";
import { forgetTasks } from "../live/recent-changes.ts";
import { router } from "../router.tsx";
import { onSessionChange, readToken } from "./session.ts";

/** Goes to the login when the session ends, and forgets what was fetched whenever another one begins. */
export function leaveWhenSessionEnds(): void {
  onSessionChange((change) => {
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
