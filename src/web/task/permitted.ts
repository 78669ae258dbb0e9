import type { Account, Permission, TaskAction, TaskSummary } from "../../contract/index.ts";
import { permissions, actionRefusal as ruleRefusal } from "../../contract/index.ts";
import { text } from "../text.ts";

/** Why the person may not do this to the task now, as the sentence a disabled button shows; null when they may. */
export function actionRefusal(action: TaskAction, task: TaskSummary, account: Account | undefined): string | null {
  const refusal = ruleRefusal(action, task);
  if (refusal !== null) {
    return refusal.sentence;
  }
  if (task.actions.includes(action) || account === undefined) {
    return null;
  }
  const isOwn = task.owner === account.username;
  return missingPermission(isOwn ? "create_tasks" : "operate_all_tasks");
}

/** Why the account may not do something at all; null when it may. */
export function permissionRefusal(permission: Permission, account: Account | undefined): string | null {
  return account === undefined || account.permissions.includes(permission) ? null : missingPermission(permission);
}

function missingPermission(permission: Permission): string {
  return text.errors.missingPermission(permissions[permission], permission);
}
