import type { TaskDetail } from "../../contract/index.ts";
import type { Order } from "../api/create-task.ts";
import { quoteForShell } from "../task/shell-words.ts";
import { text } from "../text.ts";
import { parseDurationText } from "./duration-text.ts";
import { formatEnvText, parseEnvText } from "./env-text.ts";

/** The form of a new task, as typed. */
export type TaskDraft = {
  kind: "command" | "script";
  command: string;
  script: string;
  interpreter: string;
  name: string;
  description: string;
  cwd: string;
  env: string;
  stdin: string;
  timeout: string;
};

export const emptyDraft: TaskDraft = {
  kind: "command",
  command: "",
  script: "",
  interpreter: "",
  name: "",
  description: "",
  cwd: "",
  env: "",
  stdin: "",
  timeout: "",
};

export type DraftErrors = Partial<Record<string, string>>;
type ReadDraft = { ok: true; order: Order } | { ok: false; errors: DraftErrors };

/** True when the draft names a program; otherwise the task is the demonstration. */
export function hasProgram(draft: TaskDraft): boolean {
  return (draft.kind === "script" ? draft.script : draft.command).trim() !== "";
}

/** What to submit, or what only the form can find wrong; everything else is for the server to judge. */
export function readDraft(draft: TaskDraft): ReadDraft {
  const env = parseEnvText(draft.env);
  const timeoutSeconds = parseDurationText(draft.timeout);
  if (!env.ok || timeoutSeconds === undefined) {
    return {
      ok: false,
      errors: {
        ...(env.ok ? {} : { env: text.newTask.envProblem(env.line) }),
        ...(timeoutSeconds === undefined ? { timeout_seconds: text.newTask.timeoutProblem } : {}),
      },
    };
  }
  const order: Order = { description: draft.description };
  if (draft.name.trim() !== "") {
    order.name = draft.name;
  }
  if (hasProgram(draft)) {
    addProgram(order, draft);
  }
  if (Object.keys(env.env).length > 0) {
    order.env = env.env;
  }
  if (timeoutSeconds !== null) {
    order.timeout_seconds = timeoutSeconds;
  }
  return { ok: true, order };
}

function addProgram(order: Order, draft: TaskDraft): void {
  if (draft.kind === "command") {
    order.command = draft.command;
  } else {
    const interpreter = draft.interpreter.trim();
    order.script = { body: draft.script, ...(interpreter === "" ? {} : { interpreter }) };
  }
  if (draft.cwd.trim() !== "") {
    order.cwd = draft.cwd.trim();
  }
  if (draft.stdin !== "") {
    order.stdin = draft.stdin;
  }
}

/** A draft that would run the same again. Standard input is not known any more. */
export function draftOf(task: TaskDetail): TaskDraft {
  return {
    ...emptyDraft,
    kind: task.script === null ? "command" : "script",
    command: task.command ?? (task.argv === null ? "" : task.argv.map(quoteForShell).join(" ")),
    script: task.script?.body ?? "",
    interpreter: task.script?.interpreter ?? "",
    name: task.name,
    description: task.description,
    cwd: task.cwd ?? "",
    env: formatEnvText(task.env),
    timeout: task.timeout_seconds === null ? "" : `${task.timeout_seconds} s`,
  };
}
