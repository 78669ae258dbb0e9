import { createHash } from "node:crypto";
import {
  type Attempt,
  type ListQuery,
  listLimit,
  type Submission,
  suggestName,
  type TaskDetail,
  type TaskSummary,
} from "../../contract/index.ts";
import type { ListedTask, Program, TaskFilter, TaskRow, TaskSpec } from "../../store/store.ts";
import { type Actor, authorize, findOperableTask, findVisibleTask, mayOperate } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { presentAttempt, presentDetail, presentSummary, type TaskView } from "../present/task.ts";

/** Tasks: submit, list, look at, edit. (Ending them: kill.ts.) */
export const defaultKillGraceMs = 10_000;
const maxIdempotencyKeyCharacters = 255;

export type SubmissionResult = { task: TaskDetail; isReplayed: boolean };

export async function submitTask(
  context: Context,
  actor: Actor,
  submission: Submission,
  idempotencyKey: string | undefined,
): Promise<SubmissionResult> {
  authorizeProgram(actor, submission);
  const queue = submission.queue ?? "default";
  if ((await context.store.queues.find({ name: queue })) === null) {
    throw new InvalidInput({ queue: [`There is no queue named ${queue}.`] });
  }
  const result = await context.store.tasks.create({
    ownerId: actor.user.id,
    name: submission.name ?? suggestName(submission),
    description: submission.description ?? "",
    spec: specOf(context, submission),
    queue,
    priority: submission.priority ?? 0,
    tags: [...new Set(submission.tags ?? [])],
    notBefore: submission.run_at == null ? null : Date.parse(submission.run_at),
    idempotency: idempotencyOf(submission, idempotencyKey),
    now: context.clock(),
  });
  if (result.kind === "conflict") {
    throw new Refusal("idempotency_key_reused");
  }
  if (result.kind === "created") {
    announce(context, result.task);
  }
  return { task: await detailOf(context, actor, result.task), isReplayed: result.kind === "replayed" };
}

function announce(context: Context, task: TaskRow): void {
  context.live.changed({ taskId: task.id, kind: "created" });
  if (task.notBefore !== null && task.notBefore > context.clock()) {
    context.admission.delayedUntil(task.notBefore);
  } else {
    context.admission.poke();
  }
}

/** Everything that decides what runs needs the permission, or a variable like LD_PRELOAD would be a free command. */
function authorizeProgram(actor: Actor, submission: Submission): void {
  const { command, argv, script, cwd, env, stdin } = submission;
  const isFree = [command, argv, script, cwd, env, stdin].some((value) => value != null);
  if (isFree) {
    authorize(actor, "run_commands");
  }
}

function idempotencyOf(submission: Submission, key: string | undefined) {
  if (key === undefined) {
    return null;
  }
  if (key === "" || key.length > maxIdempotencyKeyCharacters) {
    const problem = `Idempotency-Key must have 1 to ${maxIdempotencyKeyCharacters} characters.`;
    throw new Refusal("bad_request", { problem });
  }
  return { key, bodyHash: createHash("sha256").update(JSON.stringify(submission)).digest("hex") };
}

function specOf(context: Context, submission: Submission): TaskSpec {
  const { timeout_seconds: timeout, kill_grace_seconds: grace } = submission;
  return {
    program: programOf(context, submission),
    cwd: submission.cwd ?? null,
    env: submission.env ?? {},
    stdin: submission.stdin ?? null,
    timeoutMs: timeout == null ? null : Math.round(timeout * 1000),
    killGraceMs: grace == null ? defaultKillGraceMs : Math.round(grace * 1000),
  };
}

function programOf(context: Context, submission: Submission): Program {
  if (submission.command != null) {
    return { kind: "command", command: submission.command };
  }
  if (submission.argv != null) {
    return { kind: "argv", argv: submission.argv, isDemonstration: false };
  }
  if (submission.script != null) {
    return { kind: "script", body: submission.script.body, interpreter: submission.script.interpreter ?? null };
  }
  const seconds = String(context.config.defaultSleepSeconds);
  return { kind: "argv", argv: ["sleep", seconds], isDemonstration: true };
}

export async function getTask(context: Context, actor: Actor, id: number): Promise<TaskDetail> {
  return detailOf(context, actor, await findVisibleTask(context, actor, id));
}

export async function detailOf(context: Context, actor: Actor, task: TaskRow): Promise<TaskDetail> {
  const ahead = task.status === "pending" ? await context.store.tasks.countAhead({ id: task.id }) : null;
  const size = await liveOutputBytes(context, task);
  return presentDetail({ ...task, outputBytes: size }, viewOf(context, actor, task, ahead));
}

/** The record knows the size at the end; while it runs, the file does. */
async function liveOutputBytes(context: Context, task: TaskRow): Promise<number> {
  return task.status === "running"
    ? await context.output.size({ taskId: task.id, attempt: task.attempt })
    : task.outputBytes;
}

export function summaryOf(context: Context, actor: Actor, task: ListedTask): TaskSummary {
  return presentSummary(task, viewOf(context, actor, task, null));
}

function viewOf(context: Context, actor: Actor, task: ListedTask, ahead: number | null): TaskView {
  const explain = (row: ListedTask) => context.admission.explain(row, ahead);
  return { now: context.clock(), mayOperate: mayOperate(actor, task), explain };
}

export type TaskPage = { tasks: TaskSummary[]; nextCursor: number | null; total: number | null };

export async function listTasks(context: Context, actor: Actor, query: ListQuery): Promise<TaskPage> {
  const filter = await filterOf(context, actor, query);
  const limit = query.limit ?? listLimit.default;
  const page = { descending: query.ordering === "-id", cursor: query.cursor ?? null, limit: limit + 1 };
  const rows = await context.store.tasks.list({ ...filter, ...page });
  const shown = rows.slice(0, limit);
  return {
    tasks: shown.map((task) => summaryOf(context, actor, task)),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    total: query.count === true ? await context.store.tasks.count(filter) : null,
  };
}

async function filterOf(context: Context, actor: Actor, query: ListQuery): Promise<TaskFilter> {
  return {
    ownerId: await ownerFilter(context, actor, query.owner),
    ...(query.status === undefined ? {} : { statuses: query.status }),
    ...(query.queue === undefined ? {} : { queue: query.queue }),
    ...(query.tag === undefined ? {} : { tag: query.tag }),
    ...(query.q === undefined || query.q.trim() === "" ? {} : { text: query.q.trim() }),
    ...(query.since === undefined ? {} : { createdSince: Date.parse(query.since) }),
    ...(query.until === undefined ? {} : { createdUntil: Date.parse(query.until) }),
  };
}

/** One's own without a name; `*` for everybody's. Null means everybody's. */
export async function ownerFilter(context: Context, actor: Actor, owner: string | undefined): Promise<number | null> {
  if (owner === undefined || owner === actor.user.username) {
    return actor.user.id;
  }
  authorize(actor, "view_all_tasks");
  if (owner === "*") {
    return null;
  }
  const user = await context.store.users.find({ username: owner });
  if (user === null) {
    throw new InvalidInput({ owner: [`There is no user named ${owner}.`] });
  }
  return user.id;
}

export async function editTask(
  context: Context,
  actor: Actor,
  id: number,
  edit: { name?: string | undefined; description?: string | null | undefined },
): Promise<TaskDetail> {
  await findOperableTask(context, actor, id);
  const task = await context.store.tasks.edit({
    id,
    ...(edit.name === undefined ? {} : { name: edit.name }),
    ...(edit.description === undefined ? {} : { description: edit.description ?? "" }),
    now: context.clock(),
  });
  if (task === null) {
    throw new Refusal("not_found");
  }
  context.live.changed({ taskId: id, kind: "changed" });
  return detailOf(context, actor, task);
}

export async function listAttempts(context: Context, actor: Actor, id: number): Promise<Attempt[]> {
  const task = await findVisibleTask(context, actor, id);
  const attempts = await context.store.attempts.list({ taskId: task.id });
  return attempts.map((attempt) => presentAttempt(attempt, context.clock()));
}
