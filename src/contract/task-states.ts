/**
 * The states of a task, how an attempt can end, and which action is allowed when.
 * The API's 409 answers, the CLI and the buttons of the web page all read this one table.
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

export const taskActions = ["edit", "kill", "suspend", "resume", "signal", "input", "rerun"] as const;
export type TaskAction = (typeof taskActions)[number];

/** What decides which actions are allowed. */
export type ActionFacts = { status: TaskStatus; suspended: boolean; takes_input: boolean };

/** Something an action needs: the error code of its refusal otherwise, and the sentence a disabled button shows. */
type Requirement = {
  readonly isMet: (task: ActionFacts) => boolean;
  readonly code: "already_over" | "not_running" | "already_suspended" | "not_suspended" | "no_input";
  readonly sentence: string;
};

const notOver: Requirement = {
  isMet: (task) => !isOver(task.status),
  code: "already_over",
  sentence: "The task is already over.",
};
const running: Requirement = {
  isMet: (task) => task.status === "running",
  code: "not_running",
  sentence: "The task does not run yet.",
};
const notSuspended: Requirement = {
  isMet: (task) => !task.suspended,
  code: "already_suspended",
  sentence: "The task is already suspended.",
};
const suspended: Requirement = {
  isMet: (task) => task.suspended,
  code: "not_suspended",
  sentence: "The task is not suspended.",
};
const takesInput: Requirement = {
  isMet: (task) => task.takes_input,
  code: "no_input",
  sentence: "The task takes no input: it was submitted without `input` and without `pty`.",
};

/** One row per action: what it needs, the first unmet one is told. Edit changes name and description, at any time. */
const requirements: Readonly<Record<TaskAction, readonly Requirement[]>> = {
  edit: [],
  kill: [notOver],
  suspend: [notOver, running, notSuspended],
  resume: [notOver, running, suspended],
  signal: [notOver, running],
  input: [notOver, running, takesInput],
  rerun: [],
};

/** True when nothing about how the task ended can change any more. */
export function isOver(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "killed";
}

/** Why the action cannot be done to a task that stands so; null when it can. */
export function actionRefusal(action: TaskAction, task: ActionFacts): Omit<Requirement, "isMet"> | null {
  return requirements[action].find((requirement) => !requirement.isMet(task)) ?? null;
}

/** The actions a task that stands so allows, in the order of the table. */
export function allowedActions(task: ActionFacts): TaskAction[] {
  return taskActions.filter((action) => actionRefusal(action, task) === null);
}
