import { createHash } from "node:crypto";
import {
  defaultQueueName,
  parseInput,
  type RerunEdit,
  type Submission,
  submission as submissionSchema,
  suggestName,
  type TaskDetail,
} from "../../contract/index.ts";
import type { TaskRow } from "../../store/store.ts";
import { type Actor, authorize, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { specOf, submissionOf } from "../present/task-spec.ts";
import { detailOf } from "./tasks.ts";

/** New tasks: submitted, or an earlier one once more. */
const maxIdempotencyKeyCharacters = 255;

export type SubmissionResult = { task: TaskDetail; isReplayed: boolean };

export async function submitTask(
  context: Context,
  actor: Actor,
  submission: Submission,
  idempotencyKey: string | undefined,
): Promise<SubmissionResult> {
  const idempotency = idempotencyOf(submission, idempotencyKey);
  const { task, isReplayed } = await create(context, actor, submission, idempotency);
  return { task: await detailOf(context, actor, task), isReplayed };
}

/** Submits a task the actor may see once more, as the actor's own; what is given replaces what it was given then. */
export async function rerunTask(
  context: Context,
  actor: Actor,
  id: number,
  edit: RerunEdit,
  idempotencyKey: string | undefined,
): Promise<SubmissionResult> {
  const submission = await submissionAgain(context, actor, id, edit);
  const idempotency = idempotencyOf({ rerunOf: id, edit }, idempotencyKey);
  const { task, isReplayed } = await create(context, actor, submission, idempotency);
  if (!isReplayed) {
    const text = `Submitted by ${actor.user.username} as a rerun of task ${id}.`;
    const event = { taskId: task.id, attempt: 0, at: task.createdAt, kind: "submitted", text } as const;
    // The task is there: an error now would make the caller ask for it once more.
    await context.store.events.add([event]).catch((error: unknown) => {
      context.log.error({ err: error, taskId: task.id }, "rerun not in the task's log");
    });
  }
  return { task: await detailOf(context, actor, task), isReplayed };
}

/** What would have to be submitted to get a task the actor may see once more, with some of it replaced. */
export async function submissionAgain(
  context: Context,
  actor: Actor,
  id: number,
  edit: RerunEdit,
): Promise<Submission> {
  const first = await findVisibleTask(context, actor, id);
  const parsed = parseInput(submissionSchema, submissionOf(first, edit ?? {}));
  if (!parsed.ok) {
    throw new InvalidInput(parsed.errors);
  }
  return parsed.value;
}

async function create(
  context: Context,
  actor: Actor,
  submission: Submission,
  idempotency: { key: string; bodyHash: string } | null,
): Promise<{ task: TaskRow; isReplayed: boolean }> {
  const wanted = wantedTask(context, actor, submission);
  const now = context.clock();
  const result = await context.store.tasks.create({ ...wanted, ownerId: actor.user.id, idempotency, now });
  if (result.kind === "conflict") {
    throw new Refusal("idempotency_key_reused");
  }
  if (result.kind === "no_queue") {
    throw noQueue(wanted.queue);
  }
  if (result.kind === "created") {
    announce(context, result.task);
  }
  return { task: result.task, isReplayed: result.kind === "replayed" };
}

/** A task as it is asked for, with everything that was left out decided. */
export type WantedTask = Pick<TaskRow, "name" | "description" | "spec" | "queue" | "priority" | "tags" | "notBefore">;

/** Throws 403 when the actor may not have it, and InvalidInput when it cannot be had here. Its queue is not looked for. */
export function wantedTask(context: Context, actor: Actor, submission: Submission): WantedTask {
  authorizeProgram(actor, submission);
  const queue = submission.queue ?? defaultQueueName;
  refuseImpossible(context, submission);
  return {
    name: submission.name ?? suggestName(submission),
    description: submission.description ?? "",
    spec: specOf(submission, context.config.defaultSleepSeconds),
    queue,
    priority: submission.priority ?? 0,
    tags: [...new Set(submission.tags ?? [])],
    notBefore: submission.run_at == null ? null : Date.parse(submission.run_at),
  };
}

export function noQueue(name: string): InvalidInput {
  return new InvalidInput({ queue: [`There is no queue named ${name}.`] });
}

/** What was asked for and cannot be had here is refused now, not run without it later. */
function refuseImpossible(context: Context, submission: Submission): void {
  const { sandbox, pty, markStderr } = context.missing();
  if (submission.sandbox === "strict" && sandbox !== null) {
    throw new InvalidInput({ sandbox: [`This node cannot run tasks in a sandbox: ${sandbox}`] });
  }
  if (submission.pty != null && submission.pty !== false && pty !== null) {
    throw new InvalidInput({ pty: [`This node cannot give tasks a terminal: ${pty}`] });
  }
  if (submission.mark_stderr === true && markStderr !== null) {
    throw new InvalidInput({ mark_stderr: [`This node cannot mark the standard error of tasks: ${markStderr}`] });
  }
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

function idempotencyOf(body: unknown, key: string | undefined) {
  if (key === undefined) {
    return null;
  }
  if (key === "" || key.length > maxIdempotencyKeyCharacters) {
    const problem = `Idempotency-Key must have 1 to ${maxIdempotencyKeyCharacters} characters.`;
    throw new Refusal("bad_request", { problem });
  }
  return { key, bodyHash: createHash("sha256").update(JSON.stringify(body)).digest("hex") };
}
