import { suggestName } from "../../contract/index.ts";
import type { Edit, Order } from "../api/create-task.ts";
import { formText } from "../form-text.ts";
import { parseEnvText } from "./env-text.ts";
import { type FieldProblems, FieldReader } from "./field-reader.ts";
import { emptyPolicy, type Policy, type PolicyDraft, readPolicy } from "./policy-draft.ts";

export const programKinds = ["command", "script", "argv"] as const;

/** The form of a new task, as typed. */
export type TaskDraft = PolicyDraft & {
  kind: (typeof programKinds)[number];
  command: string;
  /** Of a command of several lines: each is a task of its own. */
  isEachLine: boolean;
  /** A program and its arguments, a line each. */
  argv: string;
  script: string;
  interpreter: string;
  name: string;
  description: string;
  /** Separated by commas. */
  tags: string;
  /** In the reader's time zone, as the browser's field for a time has it: `2026-04-01T12:00`. */
  runAt: string;
  priority: string;
  queue: string;
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
  isEachLine: false,
  argv: "",
  script: "",
  interpreter: "",
  name: "",
  description: "",
  tags: "",
  runAt: "",
  priority: "",
  queue: "",
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
  return draft[draft.kind].trim() !== "";
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
  const isSame = (...fields: readonly (keyof TaskDraft)[]) => fields.every((field) => draft[field] === initial[field]);
  const read = readFields(isSame("env") ? { ...draft, env: "" } : draft);
  if (!read.ok) {
    return read;
  }
  const { stdin, env, tags, ...rest } = read.value;
  const isSameProgram = isSame("kind", "command", "argv", "script", "interpreter");
  const program = hasProgram(draft) ? programOf(draft) : { command: null, argv: null, script: null };
  const edit: Edit = {
    ...rest,
    name: draft.name,
    ...(isSameProgram ? {} : program),
    // Nor what can hold more than its field shows: a line end within a value, a comma within a tag.
    ...(isSame("env") ? {} : { env }),
    ...(isSame("tags") ? {} : { tags }),
    ...(draft.keepsStdin ? {} : { stdin }),
  };
  if (draft.name.trim() === "" && hasProgram(draft)) {
    edit.name = suggestName({ command: null, script: null, ...programOf(draft) });
  }
  return { ok: true, value: edit };
}

type Fields = Policy & {
  description: string;
  tags: string[] | null;
  run_at: string | null;
  priority: number | null;
  queue: string | null;
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
    reader.note("env", formText.environment.envProblem(env.line));
  }
  const isProgram = hasProgram(draft);
  const value: Fields = {
    description: draft.description,
    tags: listIn(draft.tags, /,/),
    run_at: reader.moment("run_at", draft.runAt),
    priority: reader.wholeNumber("priority", draft.priority),
    queue: draft.queue.trim() || null,
    cwd: isProgram ? draft.cwd.trim() || null : null,
    env: env.ok && Object.keys(env.env).length > 0 ? env.env : null,
    stdin: isProgram ? draft.stdin || null : null,
    timeout_seconds: reader.duration("timeout_seconds", draft.timeout),
    kill_grace_seconds: reader.duration("kill_grace_seconds", draft.grace),
    node: draft.node.trim() || null,
    labels: listIn(draft.labels, /[\s,]+/),
    ...readPolicy(draft, reader),
  };
  const errors = reader.problems;
  return Object.keys(errors).length === 0 ? { ok: true, value } : { ok: false, errors };
}

/** Null for none. */
function listIn(typed: string, separator: RegExp): string[] | null {
  const words = typed.split(separator).map((word) => word.trim());
  const found = words.filter((word) => word !== "");
  return found.length === 0 ? null : found;
}

export function programOf(draft: TaskDraft): Pick<Order, "command" | "argv" | "script"> {
  if (draft.kind === "command") {
    return { command: draft.command };
  }
  if (draft.kind === "argv") {
    return { argv: draft.argv.replace(/\r?\n$/, "").split(/\r?\n/) };
  }
  const interpreter = draft.interpreter.trim();
  return { script: { body: draft.script, ...(interpreter === "" ? {} : { interpreter }) } };
}

function withoutDefaults(fields: Omit<Fields, "description">): Omit<Order, "description"> {
  const asked = Object.entries(fields).filter(([, value]) => value !== null && value !== false && value !== "none");
  return Object.fromEntries(asked);
}
