/**
 * The states of a task, how an attempt can end, and which action is allowed in which state.
 * Store guards, the API's 409 answers, the CLI and the buttons of the web page all read this one table.
 */
export const taskStatuses = ["pending", "running", "completed", "failed", "killed"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** How an attempt ended. `unknown`: it ended, and nobody was left to see how. `lost`: its machine went away under it. */
export const outcomes = [
  "exited",
  "signalled",
  "timed_out",
  "killed",
  "spawn_failed",
  "dependency_failed",
  "lost",
  "unknown",
] as const;
export type Outcome = (typeof outcomes)[number];

export const taskActions = ["edit", "kill"] as const;
export type TaskAction = (typeof taskActions)[number];

type ActionRule = {
  /** The statuses in which the action can be asked for. */
  readonly allowedIn: readonly TaskStatus[];
  /** Error code of the refusal in any other status, and the sentence a disabled button shows. */
  readonly refusal: { readonly code: "already_over"; readonly sentence: string };
};

const over = { code: "already_over", sentence: "The task is already over." } as const;

/** One row per action. Only `name` and `description` can be edited, at any time. */
export const actionRules: Readonly<Record<TaskAction, ActionRule>> = {
  edit: { allowedIn: taskStatuses, refusal: over },
  kill: { allowedIn: ["pending", "running"], refusal: over },
};

/** True when nothing about how the task ended can change any more. */
export function isOver(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "killed";
}

export function isAllowed(action: TaskAction, status: TaskStatus): boolean {
  return actionRules[action].allowedIn.includes(status);
}

/** The actions a task in this status allows, in the order of the table. */
export function allowedActions(status: TaskStatus): TaskAction[] {
  return taskActions.filter((action) => isAllowed(action, status));
}
