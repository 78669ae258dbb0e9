import type { Account, BulkAction, TaskSummary } from "../../contract/index.ts";
import { actionRefusal } from "./permitted.ts";

/** Those of the tasks that the person can do this to as they stand now, the oldest first. */
export function applicable(action: BulkAction, tasks: readonly TaskSummary[], account: Account): TaskSummary[] {
  const able = tasks.filter((task) =>
    action === "rerun" ? mayRerun(account) : actionRefusal(action, task, account) === null,
  );
  return able.sort((a, b) => a.id - b.id);
}

/** Whatever one sees can be submitted once more, as one's own. */
function mayRerun(account: Account): boolean {
  return account.permissions.includes("create_tasks");
}
