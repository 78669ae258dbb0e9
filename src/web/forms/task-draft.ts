import type { TaskDetail } from "../../contract/index.ts";
import { suggestName } from "../../contract/index.ts";
import type { Edit, Order } from "../api/create-task.ts";
import { quoteForShell } from "../task/shell-words.ts";
import { text } from "../text.ts";
import { formatEnvText, parseEnvText } from "./env-text.ts";
import { type FieldProblems, FieldReader } from "./field-reader.ts";
import {
  emptyPolicy,
  formatSeconds,
  type Policy,
  type PolicyDraft,
  policyDraftOf,
  readPolicy,
} from "./policy-draft.ts";

/** The form of a new task, as typed. */
export type TaskDraft = PolicyDraft & {
  kind: "command" | "script";
  command: string;
  script: string;
  interpreter: string;
  name: string;
  description: string;
  cwd: string;
  env: string;
  stdin: string;
  /** Of a rerun: the first task's standard input is given again. The page does not know what it was. */
  keepsStdin: boolean;
  timeout: string;
  grace: string;
  node: string;
  /** Separated by commas. */
  labels: string;
};

export const emptyDraft: TaskDraft = {
  ...emptyPolicy,
  kind: "command",
  command: "",
  script: "",
  interpreter: "",
  name: "",
  description: "",
  cwd: "",
  env: "",
  stdin: "",
  keepsStdin: false,
  timeout: "",
  grace: "",
  node: "",
  labels: "",
};

type Read<Value> = { ok: true; value: Value } | { ok: false; errors: FieldProblems };

/** True when the draft names a program; otherwise the task is the demonstration. */
export function hasProgram(draft: TaskDraft): boolean {
  return (draft.kind === "script" ? draft.script : draft.command).trim() !== "";
}

/** What to submit, or what only the form can find wrong; everything else is for the server to judge. */
export function readDraft(draft: TaskDraft): Read<Order> {
  const read = readFields(draft);
  if (!read.ok) {
    return read;
  }
  const { description, ...rest } = read.value;
  const order: Order = { description, ...withoutDefaults(rest) };
  if (draft.name.trim() !== "") {
    order.name = draft.name;
  }
  return { ok: true, value: hasProgram(draft) ? { ...order, ...programOf(draft) } : order };
}

/**
 * What a rerun changes: every field of the form, since an emptied one has to be taken away from the task. Not the
 * program as long as it stands as it came, because the form shows the words of `argv` as a command.
 */
export function readEdit(draft: TaskDraft, initial: TaskDraft): Read<Edit> {
  const read = readFields(draft);
  if (!read.ok) {
    return read;
  }
  const { stdin, ...rest } = read.value;
  const isSameProgram = (["kind", "command", "script", "interpreter"] as const).every(
    (field) => draft[field] === initial[field],
  );
  const program = hasProgram(draft) ? programOf(draft) : { command: null, argv: null, script: null };
  const edit: Edit = { ...rest, name: draft.name, ...(isSameProgram ? {} : program) };
  if (draft.name.trim() === "" && hasProgram(draft)) {
    edit.name = suggestName({ command: null, script: null, ...programOf(draft) });
  }
  return { ok: true, value: draft.keepsStdin ? edit : { ...edit, stdin } };
}

type Fields = Policy & {
  description: string;
  cwd: string | null;
  env: Record<string, string> | null;
  stdin: string | null;
  timeout_seconds: number | null;
  kill_grace_seconds: number | null;
  node: string | null;
  labels: string[] | null;
};

/** All but name and program. Directory and standard input are for a program only. */
function readFields(draft: TaskDraft): Read<Fields> {
  const reader = new FieldReader();
  const env = parseEnvText(draft.env);
  if (!env.ok) {
    reader.note("env", text.newTask.envProblem(env.line));
  }
  const isProgram = hasProgram(draft);
  const value: Fields = {
    description: draft.description,
    cwd: isProgram ? draft.cwd.trim() || null : null,
    env: env.ok && Object.keys(env.env).length > 0 ? env.env : null,
    stdin: isProgram ? draft.stdin || null : null,
    timeout_seconds: reader.duration("timeout_seconds", draft.timeout),
    kill_grace_seconds: reader.duration("kill_grace_seconds", draft.grace),
    node: draft.node.trim() || null,
    labels: labelsIn(draft.labels),
    ...readPolicy(draft, reader),
  };
  const errors = reader.problems;
  return Object.keys(errors).length === 0 ? { ok: true, value } : { ok: false, errors };
}

/** Null for none. */
function labelsIn(typed: string): string[] | null {
  const labels = typed.split(/[\s,]+/).filter((label) => label !== "");
  return labels.length === 0 ? null : labels;
}

function programOf(draft: TaskDraft): Pick<Order, "command" | "script"> {
  if (draft.kind === "command") {
    return { command: draft.command };
  }
  const interpreter = draft.interpreter.trim();
  return { script: { body: draft.script, ...(interpreter === "" ? {} : { interpreter }) } };
}

function withoutDefaults(fields: Omit<Fields, "description">): Omit<Order, "description"> {
  const asked = Object.entries(fields).filter(([, value]) => value !== null && value !== false && value !== "none");
  return Object.fromEntries(asked);
}

/** A draft that would run the same again. */
export function draftOf(task: TaskDetail): TaskDraft {
  return {
    ...emptyDraft,
    ...policyDraftOf(task),
    kind: task.script === null ? "command" : "script",
    command: task.command ?? (task.argv === null ? "" : task.argv.map(quoteForShell).join(" ")),
    script: task.script?.body ?? "",
    interpreter: task.script?.interpreter ?? "",
    name: task.name,
    description: task.description,
    cwd: task.cwd ?? "",
    env: formatEnvText(task.env),
    keepsStdin: task.stdin_bytes > 0,
    timeout: task.timeout_seconds === null ? "" : formatSeconds(task.timeout_seconds),
    grace: formatSeconds(task.kill_grace_seconds),
    node: task.requested_node ?? "",
    labels: task.labels.join(", "),
  };
}
