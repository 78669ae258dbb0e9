import {
  type ListQuery,
  listLimit,
  type TaskDetail,
  type TaskFilterQuery,
  type TaskSummary,
} from "../../contract/index.ts";
import type { ListedTask, TaskFilter, TaskRow } from "../../store/store.ts";
import { type Actor, authorize, findOperableTask, findVisibleTask, mayOperate } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal } from "../failure.ts";
import { presentDetail, presentSummary, type TaskView } from "../present/task.ts";

/** Tasks: list, look at, edit. (New ones: submit.ts. Ending them: kill.ts. What a running one is told: control.ts.) */
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

/** What the record is asked for; throws when it names somebody whose tasks the caller may not see. */
export async function filterOf(context: Context, actor: Actor, query: TaskFilterQuery): Promise<TaskFilter> {
  return {
    ownerId: await ownerFilter(context, actor, query.owner),
    ...(query.status === undefined ? {} : { statuses: query.status }),
    ...(query.queue === undefined ? {} : { queue: query.queue }),
    ...(query.tag === undefined ? {} : { tag: query.tag }),
    ...(query.q === undefined || query.q.trim() === "" ? {} : { text: query.q.trim() }),
    ...(query.since === undefined ? {} : { createdSince: Date.parse(query.since) }),
    ...(query.until === undefined ? {} : { createdUntil: Date.parse(query.until) }),
    ...(query.ended_since === undefined ? {} : { endedSince: Date.parse(query.ended_since) }),
    ...(query.ended_before === undefined ? {} : { endedBefore: Date.parse(query.ended_before) }),
    ...(query.node === undefined ? {} : { nodeName: query.node }),
    ...(query.outcome === undefined ? {} : { outcomes: query.outcome }),
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
